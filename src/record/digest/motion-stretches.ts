/** A stretch of one camera in which something moves. */
export interface MotionStretch {
  readonly fromMs: number
  readonly toMs: number
  /** Mean share of the picture that changed from one looked-at picture to the next, 0–1. */
  readonly motion: number
}

/** One picture that was looked at: its wall clock, and the share of it that changed (see motionGate). */
export interface MotionSample {
  readonly atMs: number
  readonly motion: number
}

export interface StretchSettings {
  /** Motion from which something happens: the threshold of the camera's motion gate. */
  readonly threshold: number
  /** Stillness that still belongs to a stretch: how long the gate stays open. */
  readonly holdMs: number
  /** Shown before and after the motion itself. */
  readonly marginMs: number
}

/** Finds stretches of motion while pictures go by in order; only the stretches are kept. */
export function createMotionStretches({ threshold, holdMs, marginMs }: StretchSettings) {
  const done: MotionStretch[] = []
  let open: { fromMs: number; lastMs: number; sum: number; count: number } | null = null
  const end = () => {
    if (open)
      done.push({
        fromMs: open.fromMs - marginMs,
        toMs: open.lastMs + marginMs,
        motion: open.sum / open.count,
      })
    open = null
  }
  return {
    take({ atMs, motion }: MotionSample) {
      if (open && atMs - open.lastMs > holdMs) end()
      if (open) {
        open.sum += motion
        open.count += 1
      }
      if (motion < threshold) return
      open ??= { fromMs: atMs, lastMs: atMs, sum: motion, count: 1 }
      open.lastMs = atMs
    },
    /** All stretches, in order. */
    finish(): readonly MotionStretch[] {
      end()
      return done
    },
  }
}
