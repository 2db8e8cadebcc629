import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readHistory } from '../../src/train/run/run-history.ts'
import { tempDir } from '../support/temp-dir.ts'

const dir = tempDir('resume')

const kills = 6
const steps = 60

/** Trains in a process of its own. With `killAt` it is killed that many steps after it began, at any moment of a step. */
function train(
  runDir: string,
  out: string,
  killAt: number | null,
): Promise<{ first: number; code: number | null }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'resume-child.ts'), runDir, out], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let first = 0
    let count = 0
    child.stdout.on('data', (text: Buffer) => {
      for (const [, step] of text.toString().matchAll(/step (\d+)/g)) {
        first ||= Number(step)
        count += 1
        if (count === killAt) setTimeout(() => child.kill('SIGKILL'), Math.random() * 15)
      }
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ first, code }))
  })
}

describe('training that is killed again and again', () => {
  it('ends with the same weights, byte by byte, and the same curve', async () => {
    const whole = { runDir: join(dir, 'whole'), out: join(dir, 'whole.bin') }
    const torn = { runDir: join(dir, 'torn'), out: join(dir, 'torn.bin') }
    expect(await train(whole.runDir, whole.out, null)).toEqual({ first: 1, code: 0 })

    const starts: number[] = []
    let ended = false
    for (let n = 0; n < kills && !ended; n += 1) {
      const { first, code } = await train(torn.runDir, torn.out, 4 + Math.floor(Math.random() * 6))
      starts.push(first)
      ended = code === 0
    }
    const last = await train(torn.runDir, torn.out, null)
    expect(last.code).toBe(0)
    // It did go on from where it was, and did not begin again.
    expect(starts.length).toBeGreaterThan(3)
    expect(starts.at(-1)).toBeGreaterThan(4)
    expect(readFileSync(torn.out).equals(readFileSync(whole.out)), `killed after starts at ${starts}`).toBe(
      true,
    )

    const curve = async (runDir: string) =>
      (await readHistory(runDir)).map((line) =>
        line.type === 'epoch' ? { ...line, idleShare: 0, stepsPerS: 0 } : line,
      )
    expect(await curve(torn.runDir)).toEqual(await curve(whole.runDir))
    expect((await curve(whole.runDir)).filter(({ type }) => type === 'epoch').at(-1)!.step).toBe(steps)
  })
})
