/** How many steps a run needs, decided while it runs; see plateauAfter. */
export interface PlateauRule {
  /** Steps before which it is not decided. */
  readonly least: number
  /** Steps of the whole run at most. */
  readonly most: number
  /** Steps over which the loss is averaged. */
  readonly window: number
  /** Loss of a model that knows nothing, and the least that there can be (with smoothed labels above 0). */
  readonly chance: number
  readonly floor: number
}

/** Plain data: a part of the checkpoint, so that a run that goes on decides the same. */
export interface PlateauState {
  readonly sum: number
  readonly count: number
  /** Mean loss of the window before; null before the first. */
  readonly before: number | null
  /** The step from which the rate falls, and the last one; null while that is open. */
  readonly decided: { readonly from: number; readonly end: number } | null
}

export const noPlateau: PlateauState = { sum: 0, count: 0, before: null, decided: null }

/** Steps of the fall of the rate, as a share of those before it. */
const coolShare = 0.4
/** A window that gains less of what is left to learn than that is on the plateau. */
const leastGain = 0.06
/** As good as learned: so much of what is to be learned is left. */
const learnedShare = 0.08
/** Above this nothing was learned yet, and a flat curve is no plateau. */
const startedShare = 0.75

/**
 * What is known after step `done`, whose loss was told. The rate is high until the loss no longer falls or there is
 * hardly anything left to learn, then it falls to 0, which takes four tenths as many steps again. So a small set gets
 * the steps that it needs, and an easy one no more.
 */
export function plateauAfter(
  state: PlateauState,
  rule: PlateauRule,
  done: number,
  loss: number,
): PlateauState {
  if (state.decided) return state
  const { least, most, window, chance, floor } = rule
  const latest = Math.floor(most / (1 + coolShare))
  if (done >= latest) return { ...state, decided: { from: done, end: most } }
  const [sum, count] = [state.sum + loss, state.count + 1]
  if (count < window) return { ...state, sum, count }
  const left = (mean: number) => (mean - floor) / Math.max(1e-9, chance - floor)
  const now = left(sum / count)
  const flat = state.before !== null && now > state.before * (1 - leastGain) && now < startedShare
  const over = done >= least && (flat || now < learnedShare)
  const end = Math.min(most, done + Math.max(window, Math.round(done * coolShare)))
  return { sum: 0, count: 0, before: now, decided: over ? { from: done, end } : null }
}

/** Up to `peak` in `warmup` steps, there until it is decided, then a half cosine to 0. */
export function plateauRate(
  step: number,
  decided: PlateauState['decided'],
  { warmup, peak }: { warmup: number; peak: number },
): number {
  if (step < warmup) return (peak * (step + 1)) / warmup
  if (!decided || step < decided.from) return peak
  const share = (step - decided.from) / Math.max(1, decided.end - decided.from)
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2
}
