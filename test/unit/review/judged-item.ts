import type { BuildDatasetOptions } from '../../../src/review/build-dataset.ts'
import type { ReviewedItem } from '../../../src/review/review-store.ts'
import type { ReviewFact } from '../../../src/store/tables/review/review-item.ts'
import { splitByGroup } from '../../../src/train/evaluate/split-by-group.ts'

export const dayMs = 86_400_000

/** A clip of `gate` that was confirmed as falling, unless told otherwise. */
export function judged(
  id: string,
  startedMs: number,
  more: Partial<ReviewedItem> & { fact?: Partial<ReviewFact> } = {},
): ReviewedItem {
  const { fact = {}, ...rest } = more
  const said = { verdict: 'confirm', labels: ['falling'], startMs: null, endMs: null, undoes: null } as const
  const current: ReviewFact = { seq: 1, itemId: id, ...said, who: 'ann', atMs: 0, ...fact }
  return {
    id,
    reason: 'alert',
    cameraId: 'gate',
    path: `/clips/a "b",${id}&<c>.mp4`,
    sha256: Buffer.from(id).toString('hex').padEnd(64, '0'),
    startedMs,
    durationMs: 8000,
    saidFromMs: null,
    saidToMs: null,
    label: 'falling',
    score: 0.9,
    modelVersion: '1',
    explanation: null,
    removedReason: null,
    facts: [current],
    current,
    ...rest,
  }
}

/** Ten clips on five days. */
export const week = () =>
  Array.from({ length: 10 }, (_, n) => judged(`a${n}`, Math.floor(n / 2) * dayMs + (n % 2) * 60_000))

export const assign: BuildDatasetOptions['assign'] = (options) => {
  const { split } = splitByGroup(options)
  const sides = ['train', 'validation', 'test'] as const
  return new Map(sides.flatMap((side) => split[side].map(({ group }) => [group, side])))
}
