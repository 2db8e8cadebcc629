import { headFineTuning } from '../../../pipelines/learn/prepare/choose-network.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { layOut } from '../../../src/train/autodiff/parameters.ts'
import type { ClipSource } from '../../../src/train/data/clip-source.ts'
import { type FrozenBackbone, featureGain, featureShift } from '../../../src/train/models/frozen-backbone.ts'
import { embedFootage } from '../../../src/train/run/embed-footage.ts'
import { parseFineTunePlan } from '../../../src/train/run/fine-tune-plan.ts'
import { trainHead } from '../../../src/train/run/train-head.ts'
import type { Log } from '../report.ts'

/** Windows of a clip, evenly spaced, each also mirrored, that are learned from and judged. */
export const views = headFineTuning.clipsPerItem

export interface Said {
  readonly truth: string
  readonly label: string
}

export const accuracyOf = (said: readonly Said[]) =>
  (100 * said.filter(({ truth, label }) => truth === label).length) / said.length

/**
 * What a head says of the clips of one person that learned from one clip of each label of the `count` people after them
 * in the alphabet.
 */
export async function judgePerson(options: {
  readonly model: FrozenBackbone
  readonly source: ClipSource
  readonly subjects: readonly string[]
  readonly subject: string
  readonly count: number
  readonly runDir: string
  readonly log: Log
}): Promise<Said[]> {
  const { model, source, subjects, subject, count, runDir } = options
  const at = subjects.indexOf(subject)
  const others = [...subjects.slice(at + 1), ...subjects.slice(0, at)].slice(0, count)
  const part = (people: readonly string[]) =>
    partOf(
      source,
      source.items.flatMap(({ group }, n) => (people.includes(group) ? [n] : [])),
    )
  const signal = new AbortController().signal
  const { weights } = await trainHead({
    model,
    start: null,
    train: part(others),
    validation: part([]),
    plan: parseFineTunePlan(headFineTuning),
    runDir,
    threads: 1,
    seed: 1,
    clock: systemClock,
    onProgress: () => {},
    signal,
  })
  const judged = part([subject])
  const { values, items } = await embedFootage({
    model,
    source: judged,
    views,
    mirrored: true,
    batch: 8,
    signal,
  })
  const sums = judged.items.map(() => new Float64Array(model.labels.length))
  items.forEach((item, row) => {
    const scores = probabilities(
      model,
      weights,
      values.subarray(row * model.features, (row + 1) * model.features),
    )
    scores.forEach((score, label) => {
      sums[item]![label]! += score
    })
  })
  return judged.items.map(({ label }, item) => {
    const sum = sums[item]!
    return { truth: label!, label: model.labels[sum.indexOf(Math.max(...sum))]! }
  })
}

function partOf(source: ClipSource, items: readonly number[]): ClipSource {
  const { widthPx, heightPx, sampleFps } = source
  return {
    widthPx,
    heightPx,
    sampleFps,
    items: items.map((item) => source.items[item]!),
    read: (item, start, count, out) => source.read(items[item]!, start, count, out),
    close: () => {},
  }
}

/** The head on the features of one clip, as the served graph has it. */
function probabilities(
  { parameters, labels }: FrozenBackbone,
  weights: Float32Array,
  features: Float32Array,
) {
  const { entries } = layOut(parameters)
  const of = (name: string) => {
    const { start, count } = entries.find((entry) => entry.name === name)!
    return weights.subarray(start, start + count)
  }
  const [shift, gain, matrix, bias] = [of(featureShift), of(featureGain), of('head.weight'), of('head.bias')]
  const logits = labels.map((_, label) =>
    features.reduce(
      (sum, value, n) => sum + (value - shift[n]!) * gain[n]! * matrix[n * labels.length + label]!,
      bias[label]!,
    ),
  )
  const most = Math.max(...logits)
  const shares = logits.map((logit) => Math.exp(logit - most))
  const total = shares.reduce((a, b) => a + b)
  return shares.map((share) => share / total)
}
