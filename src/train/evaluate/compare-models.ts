import { AppError } from '../../core/errors.ts'
import { bootstrapDifference, type PairedDifference, pairPredictions } from './bootstrap.ts'
import { accuracyOf, isRight, macroF1Of, topLabel } from './confusion.ts'
import type { Evaluation } from './evaluate.ts'
import { type McNemar, mcNemar } from './mcnemar.ts'
import type { Prediction } from './prediction.ts'

/** One item of which at least one of two models is wrong. */
export interface ItemChange {
  readonly id: string
  readonly group: string
  readonly truth: string
  readonly champion: string
  readonly challenger: string
}

export interface ItemChanges {
  /** Wrong before, right now. */
  readonly fixed: readonly ItemChange[]
  /** Right before, wrong now. */
  readonly broken: readonly ItemChange[]
  readonly stillWrong: readonly ItemChange[]
  /** How many both have right. */
  readonly stillRight: number
}

/** One side of a comparison. */
export interface Candidate {
  /** Such as actions@1.4.0. */
  readonly name: string
  readonly evaluation: Evaluation
  readonly predictions: readonly Prediction[]
}

export interface Comparison {
  readonly champion: { readonly name: string; readonly evaluation: Evaluation }
  readonly challenger: { readonly name: string; readonly evaluation: Evaluation }
  readonly accuracy: PairedDifference
  readonly macroF1: PairedDifference
  readonly mcNemar: McNemar
  readonly changes: ItemChanges
}

/** Compares two models on the same items. @throws AppError TRAIN_DATA when the items or the labels differ. */
export function compareModels(options: {
  champion: Candidate
  challenger: Candidate
  seed: number
  resamples?: number
  confidence?: number
}): Comparison {
  const { champion, challenger } = options
  const { labels } = challenger.evaluation
  if (labels.join('\n') !== champion.evaluation.labels.join('\n'))
    throw new AppError(
      'TRAIN_DATA',
      `${champion.name} and ${challenger.name} do not have the same labels in the same order: ` +
        `${champion.evaluation.labels.join(', ')} and ${labels.join(', ')}`,
    )
  const paired = pairPredictions(champion.predictions, challenger.predictions)
  return {
    champion: { name: champion.name, evaluation: champion.evaluation },
    challenger: { name: challenger.name, evaluation: challenger.evaluation },
    accuracy: bootstrapDifference(paired, accuracyOf, options),
    macroF1: bootstrapDifference(paired, (list) => macroF1Of(labels.length, list), options),
    mcNemar: mcNemar(paired),
    changes: changesOf(labels, paired.champion, paired.challenger),
  }
}

function changesOf(
  labels: readonly string[],
  champion: readonly Prediction[],
  challenger: readonly Prediction[],
): ItemChanges {
  const lists = { fixed: [] as ItemChange[], broken: [] as ItemChange[], stillWrong: [] as ItemChange[] }
  let stillRight = 0
  challenger.forEach((now, index) => {
    const before = champion[index]!
    const [was, is] = [isRight(before), isRight(now)]
    if (was && is) {
      stillRight += 1
      return
    }
    lists[is ? 'fixed' : was ? 'broken' : 'stillWrong'].push({
      id: now.id,
      group: now.group,
      truth: labels[now.truth]!,
      champion: labels[topLabel(before)]!,
      challenger: labels[topLabel(now)]!,
    })
  })
  return { ...lists, stillRight }
}

/**
 * Where there is no champion yet: what needs no learning. Either always the label that is most frequent in these very
 * items, or every label equally often whatever is seen; the one of the two that has the higher mean F1. A first model
 * that does not beat it has learnt nothing.
 */
export function guessing(
  labelCount: number,
  predictions: readonly Prediction[],
): { readonly name: string; readonly predictions: Prediction[] } {
  const counts = new Array<number>(labelCount).fill(0)
  for (const { truth } of predictions) counts[truth]! += 1
  const frequent = counts.indexOf(Math.max(...counts))
  const say = (each: Prediction, said: number): Prediction => ({
    ...each,
    probabilities: Float32Array.from(counts, (_, label) => (label === said ? 1 : 0)),
  })
  const turns = new Array<number>(labelCount).fill(0)
  const candidates = [
    { name: 'the most frequent label', predictions: predictions.map((each) => say(each, frequent)) },
    {
      name: 'guessing all labels equally often',
      predictions: predictions.map((each) => {
        // The items of each label go round all labels. Where each label begins makes one in `labelCount` right over
        // labels that are equally frequent, however few items each has.
        const turn = turns[each.truth]!
        turns[each.truth]! += 1
        return say(each, (2 * each.truth + turn) % labelCount)
      }),
    },
  ] as const
  // What each is expected to reach: by chance a short list may favour either.
  const share = (label: number) => counts[label]! / Math.max(1, predictions.length)
  const even = 1 / labelCount
  const chance = counts.reduce((sum, _, label) => sum + (2 * share(label) * even) / (share(label) + even), 0)
  return chance > (2 * share(frequent)) / (1 + share(frequent)) ? candidates[1] : candidates[0]
}
