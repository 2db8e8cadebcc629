import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { noAugmentation } from '../tiny-footage.ts'
import { createBatchLoader } from '../../../../src/train/data/batch-loader.ts'
import { type BatchRecipe, betaDraw, createBatchMaker, mixUp } from '../../../../src/train/data/make-batch.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const source = tinyFootage({ seed: 1, perLabel: 3 })
const recipe = (changes: Partial<BatchRecipe> = {}): BatchRecipe => ({
  seed: 4,
  clip: tinyModel.clip,
  batch: 5,
  classes: [0, 0, 0, 1, 1, 1],
  labels: 2,
  balance: 'classes',
  augmentation: { crop: 0.7, flip: true, colour: 0.3, speed: 0.3 },
  labelSmoothing: 0.2,
  mixup: 0.4,
  dropPath: [0, 0.5],
  places: 4,
  ...changes,
})

describe('batches', () => {
  it('depend on the seed and the step alone', () => {
    const make = createBatchMaker(source, recipe())
    const inOrder = [0, 1, 2, 3].map(make)
    const later = createBatchMaker(source, recipe())
    expect(later(3)).toEqual(inOrder[3])
    expect(later(1)).toEqual(inOrder[1])
    expect(inOrder[1]!.clips).not.toEqual(inOrder[0]!.clips)
    expect(createBatchMaker(source, recipe({ seed: 5 }))(0).clips).not.toEqual(inOrder[0]!.clips)
  })

  it('are pieces of the footage where nothing is varied', () => {
    const make = createBatchMaker(
      source,
      recipe({ augmentation: noAugmentation, mixup: 0, labelSmoothing: 0 }),
    )
    const { clips, target } = make(0)
    const read = new Uint8Array(4 * 16 * 16 * 3)
    for (let n = 0; n < 5; n += 1) {
      const clip = clips.subarray(n * read.length, (n + 1) * read.length)
      const found = source.items.flatMap(({ label }, item) =>
        [0, 1, 2, 3, 4].flatMap((start) => {
          source.read(item, start, 4, read)
          return Buffer.compare(read, clip) === 0 ? [label] : []
        }),
      )
      expect(found).toEqual([tinyModel.labels[target[n * 2]! === 1 ? 0 : 1]])
    }
  })

  it('smooth targets to rows that sum to 1', () => {
    const { target } = createBatchMaker(source, recipe({ mixup: 0 }))(0)
    for (let n = 0; n < 5; n += 1)
      expect([...target.subarray(n * 2, n * 2 + 2)].sort().map((x) => Number(x.toFixed(6)))).toEqual([
        0.1, 0.9,
      ])
  })

  it('leave blocks out as often as they shall, and make up for it', () => {
    const { keep } = createBatchMaker(source, recipe({ batch: 400, mixup: 0 }))(0)
    const [first, second] = [0, 1].map((block) => [...keep].filter((_, index) => index % 2 === block))
    expect(new Set(first)).toEqual(new Set([1]))
    expect(new Set(second)).toEqual(new Set([0, 2]))
    expect(second!.reduce((a, b) => a + b) / 400).toBeCloseTo(1, 0)
  })

  it('skip footage that has no class', () => {
    const { target } = createBatchMaker(
      source,
      recipe({ classes: [-1, -1, -1, 1, 1, 1], labelSmoothing: 0, mixup: 0 }),
    )(0)
    expect([...target].filter((_, index) => index % 2 === 0)).toEqual([0, 0, 0, 0, 0])
  })
})

describe('mixUp', () => {
  it('mixes each clip and target with those at the mirrored place', () => {
    const made = {
      clips: Uint8Array.of(0, 100, 50),
      target: Float32Array.of(1, 0, 0, 1, 1, 0),
      keep: new Float32Array(),
      order: new BigInt64Array(),
    }
    mixUp(made, { batch: 3, share: 0.75 })
    expect([...made.clips]).toEqual([13, 100, 38])
    expect([...made.target]).toEqual([1, 0, 0, 1, 1, 0])
  })

  it('draws shares that lie around one half, wider for small parameters', () => {
    const shares = (a: number) => {
      const random = createRandom(1)
      return Array.from({ length: 2000 }, () => betaDraw(random, a))
    }
    for (const a of [0.2, 1]) {
      const drawn = shares(a)
      const mean = drawn.reduce((x, y) => x + y) / drawn.length
      const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length
      expect(mean).toBeCloseTo(0.5, 1)
      expect(variance / (1 / (4 * (2 * a + 1)))).toBeCloseTo(1, 0)
    }
  })
})

describe('batch loader', () => {
  it('gives from its thread the batches that would be made here, from any step on', async () => {
    const make = createBatchMaker(source, recipe())
    const loader = createBatchLoader({ source, recipe: recipe(), from: 7 })
    const got = [await loader.next(), await loader.next()]
    await loader.close()
    expect(got).toEqual([make(7), make(8)])
  })

  it('makes them here where the source cannot be opened twice', async () => {
    const { stored: _, ...plain } = source
    const loader = createBatchLoader({ source: plain, recipe: recipe(), from: 7 })
    expect(await loader.next()).toEqual(createBatchMaker(source, recipe())(7))
    await loader.close()
  })

  it('hands on what goes wrong in its thread', async () => {
    const stored = {
      ...source.stored!,
      frames: source.items.map(() => ({ path: '/nowhere/frames.rgb', offset: 0 })),
    }
    const loader = createBatchLoader({ source: { ...source, stored }, recipe: recipe(), from: 0 })
    await expect(loader.next()).rejects.toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringContaining('/nowhere/frames.rgb'),
    })
    await loader.close()
  })
})
