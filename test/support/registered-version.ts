import { join } from 'node:path'
import { writeBundle } from '../../src/bundle/write-bundle.ts'
import type { ModelRegistry } from '../../src/registry/model-registry.ts'
import { type NewBundle, sampleBundle, sampleFiles } from '../unit/bundle/sample-bundle.ts'
import { tempDir } from './temp-dir.ts'

/** Puts a small bundle that cannot be run into a registry. */
export async function registerSample(
  registry: ModelRegistry,
  version: string,
  changes: Partial<NewBundle> = {},
) {
  const dir = join(tempDir('registered'), 'bundle')
  await writeBundle(dir, sampleBundle({ version, ...changes }), sampleFiles)
  return registry.add(dir, sampleLineage, { 'training/weights.bin': new Uint8Array([1, 2, 3]) })
}

export const sampleLineage = {
  parent: null,
  dataset: 'sample',
  config: { epochs: 1 },
  seed: 1,
  code: '0.1.0',
  metrics: { accuracy: 0.9 },
  command: 'vireo learn --once',
  run: null,
}
