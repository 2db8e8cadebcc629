import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import { registerSample } from './registered-version.ts'

// Adds, promotes, rolls back and removes versions until it is killed; says each thing after it was done.
const dir = process.argv[2]!
const registry = openModelRegistry({ dir, clock: systemClock, who: 'worker' })
const say = (text: string) => process.stdout.write(`${text}\n`)
const weights = Buffer.alloc(200_000, readFileSync(join(import.meta.dirname, 'registry-worker.ts')))

for (;;) {
  const version = await registry.nextVersion('actions')
  await registerSample(registry, version, { description: weights.toString('latin1', 0, 1500) })
  say(`added ${version}`)
  await registry.promote('actions', version, { reason: 'test' })
  say(`live ${version}`)
  const { previous } = registry.state('actions')
  if (previous !== null && Number(version.split('.')[1]) % 3 === 0) {
    await registry.rollback('actions', { reason: 'test' })
    say(`live ${previous}`)
  }
  await registry.collect('actions', 3)
}
