import { describe, expect, it } from 'vitest'
import { judgeBodies, type ScoreWindows } from '../../../../../pipelines/learn/skeleton/judge-bodies.ts'
import { labelColumns } from '../../../../../pipelines/learn/skeleton/label-columns.ts'
import { type LabelledBodies, windowsOf } from '../../../../../pipelines/learn/skeleton/labelled-bodies.ts'
import { rememberedWindows } from '../../../../../pipelines/learn/skeleton/simulated-windows.ts'
import { makeTaughtBatch } from '../../../../../pipelines/learn/skeleton/taught-batch.ts'
import { taughtSamples } from '../../../../../pipelines/learn/skeleton/taught-samples.ts'
import { skeletonLabels } from '../../../../../src/simulate/motion/skeleton-labels.ts'
import { standingReadings } from '../../../../../src/skeleton/body-file.ts'
import { type DrawnAct, drawnReadings } from '../../../../support/drawn-bodies.ts'

const shape = { frames: 20, sampleFps: 10, strideFrames: 5 }
const numbers = 20 * 2 * 17 * 3
const labels = ['standing', 'falling', 'flagging']

function clip(
  id: string,
  label: string,
  acts: readonly DrawnAct[],
  more: Partial<LabelledBodies> = {},
): LabelledBodies {
  return {
    id,
    group: id,
    label,
    about: [],
    fromUs: 0,
    toUs: 4_900_000,
    tracks: acts.map((act, n) => ({ id: `${n}`, readings: standingReadings(drawnReadings(act, n + 1)) })),
    ...more,
  }
}

/** Says of every window what it is told, in columns of a model that does not know flagging. */
const saying =
  (...scores: number[]): ScoreWindows =>
  async (_, count) =>
    Float32Array.from({ length: count * scores.length }, (_value, n) => scores[n % scores.length]!)
const rules = { labels, none: 'background', quiet: ['standing', 'background'], shape }

describe('the windows of a labelled clip', () => {
  it('are a stride apart, filled enough, and end in the part that counts', () => {
    const [body] = windowsOf(clip('a', 'flagging', ['flagging']), shape)
    expect(body!.endsUs).toEqual(
      [0.6, 1.1, 1.6, 2.1, 2.6, 3.1, 3.6, 4.1, 4.6].map((s) => Math.round(s * 1e6)),
    )
    const [late] = windowsOf(clip('a', 'flagging', ['flagging'], { fromUs: 2e6, toUs: 3.2e6 }), shape)
    expect(late!.endsUs).toEqual([3e6, 3.5e6])
  })

  it('of a part that is shorter than a window are one, and of somebody who was hardly seen none', () => {
    const short = windowsOf(clip('a', 'flagging', ['flagging'], { fromUs: 4.4e6, toUs: 4.5e6 }), shape)
    expect(short.map(({ endsUs }) => endsUs)).toEqual([[4.9e6]])
    const brief = { id: '0', readings: standingReadings(drawnReadings('waiting', 1, 0.5)) }
    expect(windowsOf(clip('a', 'flagging', [], { tracks: [brief] }), shape)).toEqual([])
  })
})

describe('what is learned from a clip', () => {
  it('is the label, by the one whom the clip is about', async () => {
    const said = await taughtSamples([clip('a', 'flagging', ['waiting', 'flagging'], { about: ['0'] })], {
      ...rules,
      score: saying(0.9, 0.1),
    })
    expect(new Set(said.map(({ track }) => track))).toEqual(new Set([0]))
    expect([...said[0]!.target]).toEqual([0, 0, 1])
  })

  it('is by the one who moves most where nobody knows whom it is about', async () => {
    const said = await taughtSamples([clip('a', 'flagging', ['waiting', 'flagging'])], {
      ...rules,
      score: saying(0.9, 0.1),
    })
    expect(new Set(said.map(({ track }) => track))).toEqual(new Set([1]))
  })

  it('is of everybody that it is nothing that alerts, where it shows nothing: what the model says without that', async () => {
    const said = await taughtSamples([clip('a', 'background', ['waiting', 'flagging'])], {
      ...rules,
      score: saying(0.2, 0.8),
    })
    expect(new Set(said.map(({ track }) => track))).toEqual(new Set([0, 1]))
    for (const { target } of said) expect([...target]).toEqual([1, 0, 0])
  })
})

describe('a batch', () => {
  const simulated = {
    clips: new Float32Array(2 * numbers).fill(7),
    target: Float32Array.of(1, 0, 0, 0, 1, 0),
  }
  const recipe = async () => ({
    seed: 1,
    batch: 40,
    simulatedShare: 0.5,
    samples: await taughtSamples(
      [
        clip('a', 'flagging', ['flagging']),
        ...['b', 'c', 'd'].map((id) => clip(id, 'background', ['waiting'])),
      ],
      { ...rules, score: saying(1, 0) },
    ),
    simulated,
    labels: 3,
    shape,
    labelSmoothing: 0,
  })

  it('is half simulated; of the other half every label is drawn equally often, however many clips it has', async () => {
    const { clips, target } = makeTaughtBatch(await recipe(), 0)
    const isSimulated = Array.from({ length: 40 }, (_, row) => clips[row * numbers] === 7)
    expect(isSimulated).toEqual(Array.from({ length: 40 }, (_, row) => row < 20))
    const flagging = Array.from({ length: 20 }, (_, n) => target[(20 + n) * 3 + 2]!).filter(
      (share) => share === 1,
    )
    expect(flagging.length).toBeGreaterThan(4)
    expect(flagging.length).toBeLessThan(16)
  })

  it('depends on seed and step alone, and is another one at every step', async () => {
    const one = await recipe()
    expect(makeTaughtBatch(one, 3)).toEqual(makeTaughtBatch(await recipe(), 3))
    expect(makeTaughtBatch(one, 3).clips).not.toEqual(makeTaughtBatch(one, 4).clips)
  })
})

describe('simulated windows that are mixed in', () => {
  it('keep what the model says, and a little of the truth, in its columns', async () => {
    const target = new Float32Array(skeletonLabels.length)
    target[skeletonLabels.indexOf('falling')] = 1
    const made = await rememberedWindows(
      { clips: new Float32Array(numbers), target },
      { known: ['standing', 'falling'], labels, score: saying(0.5, 0.5) },
    )
    expect(made.target[0]).toBeCloseTo(0.35, 5)
    expect(made.target[1]).toBeCloseTo(0.65, 5)
    expect(made.target[2]).toBe(0)
  })
})

describe('the judgement of a clip', () => {
  const columns = labelColumns(['background', 'flagging'], labels, 'background')
  const judge = (clips: LabelledBodies[], score: ScoreWindows) =>
    judgeBodies({ ...rules, clips, labels: ['background', 'flagging'], columns, score })

  it('reads what has no column of its own as all the rest', async () => {
    expect(columns.columns).toEqual([-1, 2])
    const [said] = await judge([clip('a', 'flagging', ['flagging'])], saying(0.1, 0.3, 0.6))
    expect(said!.truth).toBe(1)
    expect([...said!.probabilities].map((value) => Math.round(value * 100))).toEqual([40, 60])
  })

  it('is by the one whom most is said of, and that nothing is there where nobody is seen', async () => {
    const perWindow: ScoreWindows = async (_, count) =>
      Float32Array.from({ length: count * 3 }, (_value, n) => (n < 27 ? [1, 0, 0] : [0.2, 0, 0.8])[n % 3]!)
    // Nine windows of the first body, then those of the second.
    const [two, none] = await judge(
      [clip('a', 'flagging', ['waiting', 'flagging']), clip('b', 'background', [])],
      perWindow,
    )
    expect(two!.probabilities[1]).toBeCloseTo(0.8, 5)
    expect([...none!.probabilities]).toEqual([1, 0])
  })
})
