import { AppError } from '../../core/errors.ts'

interface Grouped {
  readonly items: readonly { readonly group: string }[]
}

/** @throws AppError TRAIN_SPLIT when a group is on both sides; `advice` is what to do about it. */
export function refuseSharedGroups(train: Grouped, validation: Grouped, advice = ''): void {
  const groups = new Set(train.items.map(({ group }) => group))
  const shared = [...new Set(validation.items.map(({ group }) => group))].filter((group) => groups.has(group))
  if (shared.length > 0)
    throw new AppError(
      'TRAIN_SPLIT',
      `${shared.slice(0, 5).join(', ')}: in training and in validation, so that validation would say nothing${advice}`,
      { details: { shared } },
    )
}
