import type { JudgedCount, ReviewCounts } from '../store/tables/review/review-counts.ts'
import { labellingVerdicts } from './judged-part.ts'

/** What a model asks of labelled clips before its figures say something; see docs/evaluation.md. */
export interface EnoughRules {
  /** Clips of a label that are judged, under which nothing is said of it. */
  readonly minClassItems: number
  readonly testShare: number
  readonly validationShare: number
  /** Parts of cross-validation, which judges by every clip; 0: none. */
  readonly folds: number
}

export interface LabelProgress {
  readonly label: string
  /** Clips of which the model said it and nobody anything. */
  readonly waiting: number
  /** The model said it, and a person agreed; or denied it. */
  readonly confirmed: number
  readonly rejected: number
  /** A person said it where the model had said something else or nothing. */
  readonly relabelled: number
  /** Clips that show it, and whose recordings are there. */
  readonly clips: number
  /** Cameras and days that they come from. */
  readonly groups: number
  /** So many more make its figures count. */
  readonly clipsNeeded: number
  readonly groupsNeeded: number
}

export interface ReviewProgress {
  readonly waiting: {
    readonly clips: number
    readonly reasons: readonly { readonly reason: string; readonly clips: number }[]
    readonly cameras: readonly { readonly cameraId: string; readonly clips: number }[]
    readonly labels: readonly { readonly label: string | null; readonly clips: number }[]
  }
  readonly judged: { readonly clips: number; readonly unsure: number; readonly none: number }
  /** What can be learned from. */
  readonly learnable: { readonly clips: number; readonly groups: number; readonly groupsNeeded: number }
  readonly labels: readonly LabelProgress[]
  readonly people: readonly { readonly who: string; readonly clips: number }[]
}

/** With so many clips on the validation side there is no cross-validation; see foldsOf. */
const enoughClips = 20
/** A label of one camera and day alone is either learned or judged, never both. */
const leastGroups = 2

/** What the counts say: what waits, what was said of which label, and what is missing to learn from it. */
export function reviewProgress(
  { waiting, judged }: ReviewCounts,
  rules: EnoughRules,
  mayLook: (cameraId: string) => boolean,
): ReviewProgress {
  const open = waiting.filter(({ cameraId }) => mayLook(cameraId))
  const done = judged.filter(({ cameraId, verdict }) => verdict !== 'skip' && mayLook(cameraId))
  const taught = done.filter(({ verdict }) => labellingVerdicts.includes(verdict))
  const clips = sum(taught)
  const wanted = clipsWanted(clips, rules)
  const groups = groupsOf(taught)
  const sides = [1 - rules.testShare - rules.validationShare, rules.testShare, rules.validationShare]
  const names = new Set([
    ...open.flatMap(({ label }) => label ?? []),
    ...taught.flatMap(({ labels, said }) => [...labels, ...(said === null ? [] : [said])]),
  ])
  return {
    waiting: {
      clips: sum(open),
      reasons: counted(open, ({ reason }) => reason).map(([reason, clips]) => ({ reason, clips })),
      cameras: counted(open, ({ cameraId }) => cameraId).map(([cameraId, clips]) => ({ cameraId, clips })),
      labels: counted(open, ({ label }) => label).map(([label, clips]) => ({ label, clips })),
    },
    judged: {
      clips: done.reduce((all, { clips, removed }) => all + clips + removed, 0),
      unsure: sum(done.filter(({ verdict }) => verdict === 'unsure')),
      none: sum(taught.filter(({ labels }) => labels.length === 0)),
    },
    learnable: {
      clips,
      groups,
      groupsNeeded: Math.max(0, sides.filter((share) => share > 1e-9).length - groups),
    },
    labels: [...names].sort().map((label) => labelProgress(label, { open, taught, wanted })),
    people: counted(done, ({ who }) => who).map(([who, clips]) => ({ who, clips })),
  }
}

/** Clips of a label that make its figures count: all are judged in cross-validation, else those on the test side. */
export function clipsWanted(clips: number, rules: EnoughRules): number {
  const { minClassItems, testShare, validationShare, folds } = rules
  const crossed = folds > 1 && clips * validationShare < enoughClips
  return crossed || testShare === 0 ? minClassItems : Math.ceil(minClassItems / testShare)
}

function labelProgress(
  label: string,
  of: { open: ReviewCounts['waiting']; taught: readonly JudgedCount[]; wanted: number },
): LabelProgress {
  const { open, taught, wanted } = of
  const shows = taught.filter(({ labels }) => labels.includes(label))
  const clips = sum(shows)
  const groups = groupsOf(shows)
  const all = (chosen: readonly JudgedCount[]) =>
    chosen.reduce((total, { clips: there, removed }) => total + there + removed, 0)
  return {
    label,
    waiting: sum(open.filter((each) => each.label === label)),
    confirmed: all(shows.filter(({ said }) => said === label)),
    rejected: all(taught.filter(({ said, labels }) => said === label && !labels.includes(label))),
    relabelled: all(shows.filter(({ said }) => said !== label)),
    clips,
    groups,
    clipsNeeded: Math.max(0, wanted - clips),
    groupsNeeded: Math.max(0, leastGroups - groups),
  }
}

const sum = (counts: readonly { readonly clips: number }[]) =>
  counts.reduce((total, { clips }) => total + clips, 0)

const groupsOf = (counts: readonly JudgedCount[]) =>
  new Set(counts.filter(({ clips }) => clips > 0).map(({ cameraId, day }) => `${cameraId}/${day}`)).size

/** The most frequent first. */
function counted<T extends { readonly clips: number }, K>(
  counts: readonly T[],
  keyOf: (count: T) => K,
): [K, number][] {
  return [...Map.groupBy(counts, keyOf)]
    .map(([key, members]): [K, number] => [key, sum(members)])
    .filter(([, clips]) => clips > 0)
    .sort((a, b) => b[1] - a[1])
}
