import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  replaceIfBetter,
  trainSimulatedTransformer,
} from '../../pipelines/train/train-simulated-transformer.ts'
import { type LoadedBundle, loadBundle } from '../../src/bundle/load-bundle.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import { tempDir } from '../support/temp-dir.ts'

let folder: string
beforeAll(() => {
  folder = tempDir('train-simulated')
})

/** A model too small to learn anything, in a few steps. */
async function train(
  name: string,
  signal = new AbortController().signal,
  onProgress: (progress: TrainingProgress) => void = () => {},
): Promise<LoadedBundle> {
  return trainSimulatedTransformer({
    outDir: join(folder, name),
    runDir: join(folder, `${name}-run`),
    pretrainSteps: 5,
    steps: 8,
    batch: 2,
    seed: 1,
    threads: 1,
    measureClips: 320,
    checkpointEvery: 2,
    sizes: { widths: [4, 4, 4, 4], mixed: 16, heads: 2, hidden: 16, depth: 1 },
    clock: systemClock,
    onProgress,
    signal,
  })
}

describe('the model that ships', () => {
  it('comes out the same, bit for bit, where its training was interrupted in both of its parts', async () => {
    const whole = await train('whole')
    for (const part of ['pretrain', 'finetune'] as const) {
      const stop = new AbortController()
      const stopped = train('parts', stop.signal, ({ phase, done }) => {
        if (phase === part && done === 3) stop.abort()
      })
      await expect(stopped).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    }
    const phases = new Set<string>()
    const parts = await train('parts', undefined, ({ phase }) => phases.add(phase))
    expect([...phases]).toEqual(['finetune', 'evaluate'])
    expect(
      readFileSync(join(parts.dir, 'model.onnx')).equals(readFileSync(join(whole.dir, 'model.onnx'))),
    ).toBe(true)
    expect(parts.bundle.metrics).toEqual(whole.bundle.metrics)
    expect(whole.bundle.dataset).toBe('simulated scenes, seed 1, 10 clips without labels and 16 with')
  })

  it.each([
    { check: 0.6, holdout: 0.6, replaced: true },
    { check: 0.6, holdout: 0.4, replaced: false },
    { check: 0.5, holdout: 0.6, replaced: false },
  ])('is replaced only by one that is better in known looks and in new ones: %o', async (now) => {
    const older = await bundleOf('older', { check: 0.5, holdout: 0.5 })
    const made = await bundleOf('made', now)
    expect(await replaceIfBetter(older.dir, made)).toEqual({
      replaced: now.replaced,
      before: { 'check.meanAveragePrecision': 0.5, 'holdout.meanAveragePrecision': 0.5 },
      after: { 'check.meanAveragePrecision': now.check, 'holdout.meanAveragePrecision': now.holdout },
    })
    const { bundle } = await loadBundle(older.dir)
    expect(bundle.version).toBe(now.replaced ? '2.0.0' : '1.0.0')
  })
})

/** The model that ships, under other figures. */
async function bundleOf(name: string, { check, holdout }: { check: number; holdout: number }) {
  const from = join(import.meta.dirname, '../../models/actions')
  const dir = join(folder, name)
  mkdirSync(dir, { recursive: true })
  for (const file of ['model.onnx', 'README.md']) copyFileSync(join(from, file), join(dir, file))
  const bundle = JSON.parse(readFileSync(join(from, 'bundle.json'), 'utf8'))
  bundle.version = name === 'made' ? '2.0.0' : '1.0.0'
  bundle.metrics = { 'check.meanAveragePrecision': check, 'holdout.meanAveragePrecision': holdout }
  writeFileSync(join(dir, 'bundle.json'), JSON.stringify(bundle))
  return loadBundle(dir)
}
