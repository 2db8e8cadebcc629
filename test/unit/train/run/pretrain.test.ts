import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { createRandom } from '../../../../src/core/random.ts'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import type { ClipSource } from '../../../../src/train/data/clip-source.ts'
import type { TrainingProgress } from '../../../../src/train/evaluate/prediction.ts'
import { createVideoTransformer } from '../../../../src/train/models/video-transformer.ts'
import { type PretrainPlan, pretrain } from '../../../../src/train/run/pretrain.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { tinyTransformer } from '../tiny-transformer.ts'

const folder = tempDir('pretrain')
afterAll(() => rmSync(folder, { recursive: true }))

const model = createVideoTransformer({
  ...tinyTransformer().model.settings,
  width: 32,
  hidden: 64,
  depthSpace: 1,
  depthTime: 1,
})
const [widthPx, heightPx] = [24, 16]

/** Bars that move at a steady pace over a grey ground: what is hidden and what comes next can be told. */
const bars: ClipSource = {
  widthPx,
  heightPx,
  sampleFps: 8,
  items: Array.from({ length: 6 }, (_, n) => ({ id: `bars-${n}`, group: 'a', label: null, frameCount: 20 })),
  read(item, startFrame, count, out) {
    const random = createRandom(item)
    const [first, pace, wide] = [random.int(0, 23), random.pick([-2, -1, 1, 2]), random.int(5, 9)]
    for (let t = 0; t < count; t += 1)
      for (let y = 0; y < heightPx; y += 1)
        for (let x = 0; x < widthPx; x += 1) {
          const at = (((x - first - pace * Math.min(19, startFrame + t)) % widthPx) + widthPx) % widthPx
          const value = at < wide ? 220 : 60
          out.fill(value, ((t * heightPx + y) * widthPx + x) * 3, ((t * heightPx + y) * widthPx + x) * 3 + 3)
        }
  },
  close() {},
}

const plan: PretrainPlan = {
  steps: 100,
  batch: 6,
  maskRatio: 0.5,
  maskedWeight: 1,
  nextWeight: 1,
  peakRate: 1e-2,
  warmup: 5,
}

function start(
  changes: Partial<PretrainPlan>,
  more: {
    footage?: ClipSource
    weights?: Float32Array
    signal?: AbortSignal
    runDir?: string
    onProgress?: (progress: TrainingProgress) => void
  } = {},
) {
  return pretrain({
    model,
    start: more.weights ?? null,
    footage: more.footage ?? bars,
    plan: { ...plan, ...changes },
    runDir: more.runDir ?? mkdtempSync(join(folder, 'run-')),
    threads: 1,
    seed: 1,
    clock: systemClock,
    onProgress: more.onProgress ?? (() => {}),
    signal: more.signal ?? new AbortController().signal,
  })
}

describe('pretraining', () => {
  it('learns to paint what is hidden and what comes next, and says how far it is', async () => {
    const seen: TrainingProgress[] = []
    const { weights, decoder, losses } = await start({}, { onProgress: (progress) => seen.push(progress) })
    const [first, last] = [losses[0]!, losses.at(-1)!]
    expect(last.step).toBe(100)
    expect(last.masked!).toBeLessThan(first.masked! * 0.88)
    expect(last.next!).toBeLessThan(first.next! * 0.4)
    expect(weights).toHaveLength(layOut(model.parameters).total)
    expect(decoder.length).toBeGreaterThan(1000)
    expect(seen).toHaveLength(100)
    expect(seen.at(-1)).toMatchObject({ phase: 'pretrain', done: 100, total: 100, etaS: 0 })
  })

  it('leaves out what has no weight, and goes on from weights that are given', async () => {
    const masked = await start({ steps: 1, nextWeight: 0 })
    expect(masked.losses.at(-1)).toEqual({ step: 1, masked: expect.any(Number), next: null })
    const next = await start({ steps: 1, maskedWeight: 0, peakRate: 0 }, { weights: masked.weights })
    expect(next.losses.at(-1)).toEqual({ step: 1, masked: null, next: expect.any(Number) })
    expect(next.weights).toEqual(masked.weights)
  })

  it('stops when asked to, and goes on to the same weights', async () => {
    const runDir = join(folder, 'stopped')
    const stop = new AbortController()
    const onProgress = ({ done }: TrainingProgress) => {
      if (done === 2) stop.abort()
    }
    const running = start({ steps: 5 }, { runDir, signal: stop.signal, onProgress })
    await expect(running).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    const whole = await start({ steps: 5 })
    expect(await start({ steps: 5 }, { runDir })).toEqual(whole)
    await expect(start({ steps: 6 }, { runDir })).rejects.toMatchObject({ code: 'TRAIN_CHECKPOINT' })
  })

  it.each([
    ['without footage', { ...bars, items: [] }, 'there is no footage'],
    ['of another size', { ...bars, widthPx: 32 }, '32 × 16, the model takes 24 × 16'],
  ])('refuses footage %s', async (_name, footage, text) => {
    await expect(start({}, { footage })).rejects.toThrow(text)
  })
})
