import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadBundle } from '../../../../src/bundle/load-bundle.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import { soundRateHz } from '../../../../src/core/sound.ts'
import { makeSoundBatch } from '../../../../src/train/data/sound-batch.ts'
import { heldSounds, type SoundSource } from '../../../../src/train/data/sound-source.ts'
import { exportWindowBundle } from '../../../../src/train/export/export-bundle.ts'
import { predictSounds, windowStarts } from '../../../../src/train/export/predict-sounds.ts'
import { createSoundCnn } from '../../../../src/train/models/sound-cnn.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'
import { trainSounds } from '../../../../src/train/run/train-sounds.ts'
import { singleLabel } from '../../../../src/train/step/objective.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { lossSlopes } from '../autodiff/check-gradients.ts'

let folder: string
beforeAll(() => {
  folder = tempDir('train-sound')
})

const window = 1200
const labels = ['high', 'low']
const model = createSoundCnn({ samples: window, labels, widths: [4, 4, 6, 6] })

const toneOf = (hz: number, length: number, phase = 0) =>
  Int16Array.from({ length }, (_, n) =>
    Math.round(6000 * Math.sin((2 * Math.PI * hz * n) / soundRateHz + phase)),
  )

/** Tones, high and low, each a group of its own. */
function toneSource(side: string, count: number): SoundSource {
  return heldSounds(
    Array.from({ length: count }, (_, n) => {
      const label = labels[n % 2]!
      const recording = toneOf((label === 'high' ? 3000 : 300) + 40 * n, 4000, n)
      return {
        item: { id: `${side}-${n}`, group: `${side}-${n}`, label, samples: 4000 },
        recording,
        offset: 0,
      }
    }),
  )
}

const train = (runDir: string, more: Partial<Parameters<typeof trainSounds>[0]> = {}) =>
  trainSounds({
    model,
    train: toneSource('train', 12),
    validation: toneSource('validation', 4),
    steps: 30,
    batch: 8,
    seed: 1,
    threads: 1,
    runDir: join(folder, runDir),
    clock: systemClock,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...more,
  })

describe('stretches of sound', () => {
  const recording = Int16Array.from({ length: 10 }, (_, n) => n + 1)
  const item = { id: 'a', group: 'a', label: 'high', samples: 4 }
  const source = heldSounds([{ item, recording, offset: 3 }])

  it.each([
    [0, [4, 5, 6, 7]],
    [-2, [2, 3, 4, 5]],
    [-5, [0, 0, 1, 2]],
    [5, [9, 10, 0, 0]],
    [-9, [0, 0, 0, 0]],
    [9, [0, 0, 0, 0]],
  ])('are read from %i on with what was recorded around them, else silence', (start, expected) => {
    const out = new Int16Array(4).fill(99)
    source.read(0, start, out)
    expect([...out]).toEqual(expected)
  })

  it('are looked at over their whole length', () => {
    expect(windowStarts(4, 10, 4)).toEqual([-3])
    expect(windowStarts(10, 10, 4)).toEqual([0])
    expect(windowStarts(20, 10, 4)).toEqual([0, 10])
    expect(windowStarts(100, 10, 4)).toEqual([0, 30, 60, 90])
    expect(windowStarts(100, 10, 1)).toEqual([45])
  })
})

describe('batches of sound', () => {
  const source = toneSource('train', 9)
  const recipe = {
    seed: 4,
    window,
    batch: 40,
    classes: source.items.map((_, n) => n % 2),
    labels: 2,
    labelSmoothing: 0.1,
  }

  it('depend on the seed and the number of the step alone', () => {
    expect(makeSoundBatch(source, recipe, 7)).toEqual(makeSoundBatch(source, recipe, 7))
    expect(makeSoundBatch(source, recipe, 8).clips).not.toEqual(makeSoundBatch(source, recipe, 7).clips)
    expect(makeSoundBatch(source, { ...recipe, seed: 5 }, 7).clips).not.toEqual(
      makeSoundBatch(source, recipe, 7).clips,
    )
  })

  it('draw every label about equally often, with targets that sum to one', () => {
    const { target } = makeSoundBatch(source, recipe, 1)
    let high = 0
    for (let row = 0; row < 40; row += 1) {
      expect(target[row * 2]! + target[row * 2 + 1]!).toBeCloseTo(1, 6)
      if (target[row * 2]! > 0.5) high += 1
    }
    expect(high).toBeGreaterThan(10)
    expect(high).toBeLessThan(30)
  })

  it('hold all of a short sound, early or late in the window', () => {
    const click = Int16Array.from({ length: 5000 }, (_, n) => (n >= 2000 && n < 2100 ? 10_000 : 0))
    const item = { id: 'c', group: 'c', label: 'high', samples: 100 }
    const short = heldSounds([{ item, recording: click, offset: 2000 }])
    const firsts = new Set<number>()
    const { clips } = makeSoundBatch(short, { ...recipe, classes: [0], labels: 1 }, 1)
    for (let row = 0; row < 40; row += 1) {
      const loud = [...clips.subarray(row * window, (row + 1) * window).entries()].filter(([, x]) => x > 1900)
      expect(loud).toHaveLength(100)
      firsts.add(loud[0]![0])
    }
    expect(firsts.size).toBeGreaterThan(20)
  })
})

describe('the model of sound', () => {
  it('has the gradients of its loss', async () => {
    const clips = new Tensor('int16', Int16Array.from([...toneOf(3000, window), ...toneOf(400, window)]), [
      2,
      window,
    ])
    const target = new Tensor('float32', Float32Array.of(1, 0, 0, 1), [2, 2])
    const here = startWeights(model, 3).map((weight, n) => weight + 0.05 * Math.sin(n))
    for (const { measured, emitted } of await lossSlopes(singleLabel(model, { batch: 2 }), here, {
      clips,
      target,
    }))
      expect(measured / emitted).toBeCloseTo(1, 1)
  })

  it('learns to tell high from low, and says so of tones that it never heard', async () => {
    const { weights, history } = await train('learn', { steps: 200 })
    const source = toneSource('test', 6)
    const predictions = await predictSounds({
      model,
      weights,
      source,
      viewsPerItem: 2,
      batch: 4,
      threads: 1,
      truths: source.items.map((_, n) => n % 2),
    })
    expect(history.at(-1)!.trainLoss).toBeLessThan(history[0]!.trainLoss)
    for (const { truth, probabilities } of predictions) expect(probabilities[truth]).toBeGreaterThan(0.6)
  })

  it('gives the same weights however often it is interrupted', async () => {
    const whole = await train('whole')
    const stop = new AbortController()
    const interrupted = train('interrupted', {
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done === 11) stop.abort()
      },
    })
    await expect(interrupted).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    const resumed = await train('interrupted')
    expect(Buffer.from(resumed.weights.buffer)).toEqual(Buffer.from(whole.weights.buffer))
  })

  it('refuses labels without sounds, and groups on both sides', async () => {
    const three = createSoundCnn({ samples: window, labels: ['glass', ...labels], widths: [4, 4, 6, 6] })
    await expect(train('no', { model: three })).rejects.toThrow(/no sound to learn from is labelled "glass"/)
    await expect(train('no', { validation: toneSource('train', 4) })).rejects.toMatchObject({
      code: 'TRAIN_SPLIT',
    })
    const one = createSoundCnn({ samples: window, labels: ['low'], widths: [4, 4, 6, 6] })
    await expect(train('no', { model: one })).rejects.toThrow(/train-0 is labelled "high"/)
  })

  it('is exported only as it was trained, as a bundle of kind audio', async () => {
    const weights = startWeights(model, 2)
    const card = {
      name: 'sounds',
      version: '1.0.0',
      description: 'Tones.',
      labels: labels.map((name) => ({ name, threshold: 0.5 })),
      activation: 'softmax' as const,
      sampleFps: soundRateHz,
      license: 'Apache-2.0',
      parent: null,
      dataset: null,
      metrics: {},
    }
    const outDir = join(folder, 'bundle')
    const { bundle } = await exportWindowBundle({ kind: 'audio', model, weights, card, outDir })
    expect(bundle).toMatchObject({
      kind: 'audio',
      temporal: { frames: window, sampleFps: 16_000, strideFrames: 600 },
      input: { widthPx: 1, heightPx: 1 },
    })
    expect(bundle.metrics['export.parity']).toBeLessThanOrEqual(1e-4)
    const { graphPath } = await loadBundle(outDir)
    const session = await InferenceSession.create(graphPath)
    const { logits } = await session.run({ clips: new Tensor('int16', toneOf(500, window * 3), [3, window]) })
    expect(logits!.dims).toEqual([3, 2])
    await session.release()
    const turned = { ...card, labels: [...card.labels].reverse() }
    await expect(
      exportWindowBundle({ kind: 'audio', model, weights, card: turned, outDir }),
    ).rejects.toMatchObject({
      code: 'TRAIN_EXPORT',
    })
  })
})
