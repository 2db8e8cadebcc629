import { sampleReasons } from '../clip-sample.ts'

/** Why a clip is in the queue: an alert, or what the sampler found worth a look. */
export const reviewReasons = ['alert', ...sampleReasons] as const
export type ReviewReason = (typeof reviewReasons)[number]

/**
 * confirm: the model's label is right. reject: it is not, and no other label is. relabel: these labels are right.
 * unsure: a person looked and cannot tell. skip: not now.
 */
export const verdicts = ['confirm', 'reject', 'relabel', 'unsure', 'skip'] as const
export type Verdict = (typeof verdicts)[number]

/** Parts of a dataset. */
export const datasetSides = ['train', 'validation', 'test'] as const
export type DatasetSide = (typeof datasetSides)[number]
