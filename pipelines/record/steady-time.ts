import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../src/core/clock.ts'
import { dataFiles } from '../../src/core/data-dir.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { type ClockMemory, createSteadyClock, type SteadyClock } from '../../src/core/time/steady-clock.ts'
import { makeFolders } from '../../src/store/make-folders.ts'
import { noteFile } from '../../src/store/note-file.ts'
import { readJson } from '../../src/store/read-json.ts'

const memoryFile = (dataDir: string) => join(dataDir, dataFiles.clock)
const confirmFile = (dataDir: string) => join(dataDir, dataFiles.clockConfirmed)

/** The clock by which what lies in `dataDir` grows old. */
export function steadyTime(options: { dataDir: string; clock: Clock; telemetry: Telemetry }): SteadyClock {
  const { dataDir, clock, telemetry } = options
  return createSteadyClock({
    clock,
    telemetry,
    memory: {
      load: () => readMemory(dataDir),
      save(memory) {
        try {
          noteFile(memoryFile(dataDir), memory)
        } catch (thrown) {
          telemetry.log.debug({ err: thrown }, 'the time of the machine could not be noted')
        }
      },
    },
    confirmed() {
      if (!existsSync(confirmFile(dataDir))) return false
      rmSync(confirmFile(dataDir), { force: true })
      return true
    },
  })
}

/** Says that the machine's clock is right: a running Vireo sees it with its next sweep, another one when it starts. */
export function confirmTime(dataDir: string): void {
  makeFolders(dataDir, 0o700)
  writeFileSync(confirmFile(dataDir), '', { mode: 0o600 })
}

const memorySchema = z.object({
  wallMs: z.number(),
  jumps: z.array(z.object({ atMs: z.number(), byMs: z.number() })),
}) satisfies z.ZodType<ClockMemory>

/** A file that cannot be read says nothing. */
function readMemory(dataDir: string): ClockMemory | null {
  try {
    return readJson(readFileSync(memoryFile(dataDir), 'utf8'), memorySchema)
  } catch {
    return null
  }
}
