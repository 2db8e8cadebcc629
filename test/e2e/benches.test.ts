import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Bench, benches } from '../bench/benches.ts'
import type { BenchReport } from '../bench/report.ts'
import { kafkaUnavailableReason } from '../support/kafka-broker.ts'
import { hasTool } from '../support/prepare-machine.ts'

const root = join(import.meta.dirname, '../..')

/** Two at a time: most of a smallest run is waiting. The time of each counts from the beginning of all. */
describe('every bench, in its smallest size', { concurrent: true, timeout: 600_000 }, () => {
  const queue = lanes(2)
  for (const [name, bench] of Object.entries(benches)) {
    const reason = skipReason(bench)
    if (reason) process.stderr.write(`skipped: bench ${name}: ${reason}\n`)
    it.skipIf(reason !== null)(`${name} runs and gives figures`, async () => {
      const report = await queue(() => smoke(name))
      expect(report.bench).toBe(name)
      expect(report.machine).toContain('Node ')
      expect(Object.keys(report.figures).length).toBeGreaterThan(0)
      // null: what did not happen in so short a time, such as a recovery.
      for (const [figure, value] of Object.entries(report.figures))
        expect(value === null || Number.isFinite(value), `${name}: ${figure} is ${value}`).toBe(true)
      expect(report.bars.length).toBeGreaterThan(0)
      for (const bar of report.bars)
        expect(bar).toMatchObject({
          name: expect.any(String),
          op: expect.stringMatching(/^[<>]=$/),
          limit: expect.any(Number),
          holds: expect.any(Boolean),
        })
    })
  }
})

async function smoke(name: string): Promise<BenchReport> {
  const child = spawn(process.execPath, ['test/bench/run.ts', name, '--smoke', '--json'], { cwd: root })
  const [out, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  if (code !== 0) throw new Error(`bench ${name} --smoke ended with ${code}:\n${errors.slice(-3000)}`)
  return JSON.parse(out) as BenchReport
}

function skipReason({ needs = [], files = [], absent: lacks }: Bench): string | null {
  const absent = files.filter((file) => !existsSync(join(root, file)))
  if (absent.length > 0) return `${absent.join(', ')} missing`
  const missing = needs.filter((tool) => !hasTool(tool))
  if (missing.length > 0) return `${missing.join(', ')} missing`
  const reason = lacks?.() ?? null
  if (reason !== null) return reason
  return needs.includes('java') ? kafkaUnavailableReason('control') : null
}

/** Runs so many pieces of work at a time, in the order in which they came. */
function lanes(count: number) {
  const free = Array.from({ length: count }, () => Promise.resolve())
  let next = 0
  return <T>(work: () => Promise<T>): Promise<T> => {
    const lane = next % count
    next += 1
    const result = free[lane]!.then(work)
    free[lane] = result.then(
      () => {},
      () => {},
    )
    return result
  }
}
