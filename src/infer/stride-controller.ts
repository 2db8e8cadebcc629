/** What happened in one interval of a model's life. */
export interface LoadSample {
  /** Clips that were offered to the queue. */
  readonly offered: number
  /** Of these, dropped because a camera's queue was full. */
  readonly dropped: number
  /** Share of the interval in which the workers were running, 0–1. */
  readonly busyShare: number
  /** Mean wait of the dispatched clips, milliseconds. */
  readonly waitMs: number
  /** Time between two clips of a camera at the present scale, milliseconds. */
  readonly periodMs: number
}

export interface StrideController {
  /** Factor from 1 to 8 by which strides are lengthened. */
  readonly scale: number
  /** Takes the load of one interval and returns the scale from now on. */
  observe(load: LoadSample): number
}

const largestScale = 8
const tolerableDropShare = 0.01
const smallStep = 1.05
const largeStep = 1.25
/** Quiet intervals before the first relaxing step, and before each further one. */
const calmBefore = 5
const calmBetween = 2
/** Strides shrink only if the workers are predicted to stay under this share. */
const relaxUnderBusyShare = 0.8

/**
 * Decides how much longer the strides of a model must be. One scale for all cameras of the model, so that nobody
 * pays for somebody else. Grows at once, in steps of 5–25 % by the share that was dropped, or of 5 % when clips wait
 * longer than a stride; shrinks slowly, and only if the prediction says that it will not have to grow again.
 */
export function createStrideController(): StrideController {
  let scale = 1
  let calm = 0
  const grow = (step: number) => {
    calm = 0
    scale = Math.min(largestScale, scale * step)
  }
  return {
    get scale() {
      return scale
    },
    observe({ offered, dropped, busyShare, waitMs, periodMs }) {
      const dropShare = offered === 0 ? 0 : dropped / offered
      if (dropShare > tolerableDropShare) grow(Math.min(largeStep, Math.max(smallStep, 1 + dropShare)))
      else if (waitMs > periodMs) grow(smallStep)
      else if (busyShare * smallStep >= relaxUnderBusyShare) calm = 0
      else if (scale > 1) {
        calm += 1
        if (calm >= calmBefore) {
          calm = calmBefore - calmBetween
          scale = scale / smallStep < 1.01 ? 1 : scale / smallStep
        }
      }
      return scale
    },
  }
}
