import type { Place } from './place.ts'

/** What was drawn, what was there before, and what was taken back. */
export interface PlaceHistory {
  readonly now: readonly Place[]
  readonly before: readonly (readonly Place[])[]
  readonly after: readonly (readonly Place[])[]
  /** Names what is going on, such as the drag of a point: it becomes one step. */
  readonly step: string | null
}

const mostSteps = 200

export const startHistory = (places: readonly Place[]): PlaceHistory => ({
  now: places,
  before: [],
  after: [],
  step: null,
})

/** Changes with the same `step` one after the other are taken back together. */
export function change(
  history: PlaceHistory,
  now: readonly Place[],
  step: string | null = null,
): PlaceHistory {
  if (now === history.now) return history
  const goesOn = step !== null && step === history.step
  const before = goesOn ? history.before : [...history.before, history.now].slice(-mostSteps)
  return { now, before, after: [], step }
}

/** What goes on has ended: the next change is a step of its own. */
export const settle = (history: PlaceHistory): PlaceHistory =>
  history.step === null ? history : { ...history, step: null }

export function undo(history: PlaceHistory): PlaceHistory {
  const former = history.before.at(-1)
  if (!former) return history
  return {
    now: former,
    before: history.before.slice(0, -1),
    after: [history.now, ...history.after],
    step: null,
  }
}

export function redo(history: PlaceHistory): PlaceHistory {
  const [next, ...rest] = history.after
  if (!next) return history
  return { now: next, before: [...history.before, history.now], after: rest, step: null }
}
