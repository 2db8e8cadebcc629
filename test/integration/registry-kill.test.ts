import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createRandom } from '../../src/core/random.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import { tempDir } from '../support/temp-dir.ts'

const worker = join(import.meta.dirname, '../support/registry-worker.ts')

/** Runs the worker until it has said `lines` things and some more microseconds have passed, then kills it. */
function runAndKill(dir: string, lines: number, delayMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [worker, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    said.push(line)
    if (said.length === lines) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  return new Promise((resolve) => child.on('close', () => resolve(said)))
}

it('is whole after a kill at any moment, and has what it said that it did', async () => {
  const dir = join(tempDir('registry-kill'), 'registry')
  const random = createRandom(7)
  for (let trial = 0; trial < 12; trial += 1) {
    const said = await runAndKill(dir, 1 + Math.floor(random.next() * 5), random.next() * 30)
    const registry = openModelRegistry({ dir, clock: systemClock })
    const versions = (await registry.versions('actions')).map(({ version }) => version)
    for (const version of versions) await registry.verify('actions', version)
    const { live, previous } = registry.state('actions')
    for (const version of [live, previous]) if (version !== null) expect(versions).toContain(version)
    const added = said.filter((line) => line.startsWith('added ')).map((line) => line.split(' ')[1]!)
    const removed = registry.history('actions').filter(({ action }) => action === 'remove')
    const gone = new Set(removed.map(({ version }) => version))
    for (const version of added) expect(versions.includes(version) || gone.has(version)).toBe(true)
    const lives = said.filter((line) => line.startsWith('live ')).map((line) => line.split(' ')[1]!)
    const made = registry.history('actions').filter(({ action }) => ['promote', 'rollback'].includes(action))
    if (lives.length > 0) expect(made.map(({ version }) => version)).toContain(lives.at(-1))
    await registry.collect('actions', 3)
    registry.close()
  }
  // What the killed processes left half done is swept away.
  expect(readdirSync(join(dir, 'actions')).filter((name) => name.startsWith('.'))).toEqual([])
})

it('keeps two processes that change one registry apart', async () => {
  const dir = join(tempDir('registry-two'), 'registry')
  const race = async (child: number) => {
    const registry = openModelRegistry({ dir, clock: systemClock, who: `p${child}` })
    const { registerSample } = await import('../support/registered-version.ts')
    const outcomes: string[] = []
    for (let n = 0; n < 8; n += 1)
      await registerSample(registry, `1.${n}.0`).then(
        () => outcomes.push('added'),
        ({ code }) => outcomes.push(code),
      )
    registry.close()
    return outcomes
  }
  const [one, two] = await Promise.all([race(1), race(2)])
  for (let n = 0; n < 8; n += 1) expect([one![n], two![n]].sort()).toEqual(['REGISTRY_EXISTS', 'added'])
})
