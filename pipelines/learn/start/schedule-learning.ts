import type { spawn as nodeSpawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Telemetry } from '../../../src/core/telemetry-port.ts'
import { createCronClock } from '../../../src/schedule/cron-clock.ts'
import { anyObject, readJson } from '../../../src/store/read-json.ts'

export interface LearningSchedule {
  /** When it learns next, milliseconds since 1970. */
  nextMs(): number | null
  /** Stops what runs (its checkpoint is kept) and the clock. */
  close(): Promise<void>
}

const bin = join(
  import.meta.dirname,
  import.meta.url.endsWith('.ts') ? '../../../bin/vireo.js' : '../../../../bin/vireo.js',
)
/** A process that does not end by itself is ended. */
const stopPatienceMs = 6000

/**
 * Cron → `vireo learn --once` in a process of its own, so that learning never holds up the event loop of the live
 * path; its lock keeps two of them apart, and it steps back and pauses by itself.
 */
export function scheduleLearning(options: {
  learning: LearningConfig & { readonly schedule: string }
  configFile: string
  spawn: typeof nodeSpawn
  clock: Clock
  telemetry: Telemetry
}): LearningSchedule {
  const { learning, configFile, spawn, clock, telemetry } = options
  const { log } = telemetry
  let stop: (() => void) | null = null
  let running: Promise<void> = Promise.resolve()

  const once = () =>
    new Promise<void>((resolve) => {
      log.info({ model: learning.model }, 'learning begins')
      const child = spawn(process.execPath, [bin, 'learn', '--once', '--json', '-c', configFile], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let phase = ''
      createInterface(child.stderr).on('line', (line) => {
        const said = readJson(line, anyObject)
        if (typeof said?.phase === 'string' && said.phase !== phase) {
          phase = said.phase
          log.info({ model: learning.model, phase, etaS: said.etaS }, 'learning goes on')
        } else if (said?.error)
          log.warn({ model: learning.model, ...(said.error as object) }, 'learning ended')
      })
      createInterface(child.stdout).on('line', (line) => {
        const { version, result, report } = readJson(line, anyObject) ?? {}
        log.info({ model: learning.model, version, result, report }, 'learning is done')
      })
      stop = () => {
        child.kill('SIGTERM')
        const cancel = clock.after(stopPatienceMs, () => child.kill('SIGKILL'))
        child.once('close', cancel)
      }
      child.once('error', (error) => log.error({ err: error }, 'learning could not begin'))
      child.once('close', (code) => {
        stop = null
        if (code !== 0) log.warn({ model: learning.model, code }, 'learning did not come to its end')
        resolve()
      })
    })
  const cron = createCronClock({
    expression: learning.schedule,
    clock,
    run() {
      running = once()
      return running
    },
  })
  return {
    nextMs: cron.nextMs,
    async close() {
      cron.close()
      stop?.()
      await running
    },
  }
}
