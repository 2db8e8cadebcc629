import type { AlertStep } from '../../../src/core/alert.ts'
import type { Clip, Scores } from '../../../src/core/clip.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { GatedFrame } from '../../../src/core/frame.ts'
import { createRing } from './ring.ts'

/** How much moved within one second on one stream of a camera. */
export interface MotionSecond {
  readonly stream: string
  /** Wall clock, milliseconds. */
  readonly atMs: number
  highest: number
  /** Whether the gate was open at its end. */
  active: boolean
}

/** One clip and what its model said; null: it was dropped. */
export interface TracedLook {
  readonly model: string
  readonly trackId: string | null
  readonly fromMs: number
  readonly toMs: number
  readonly inferMs: number
  readonly scores: Scores | null
}

/** What of a camera's last minutes is known, so that a rule that kept silent can be understood. */
export interface CameraTrace {
  motion(stream: string, frame: GatedFrame): void
  /** A clip goes to its model. Returns who is told of the answer. */
  asked(clip: Clip): (scores: Scores | null) => void
  step(step: AlertStep): void
  readonly seconds: () => readonly MotionSecond[]
  readonly looks: () => readonly TracedLook[]
  readonly steps: () => readonly AlertStep[]
}

/** Of one camera: ten minutes of motion on two streams, as many looks as two models make in that time, a few alerts. */
const most = { seconds: 1200, looks: 3000, steps: 200 } as const

/** Some hundred kilobytes a camera, and no work but to remember: nobody has to look for it to be there. */
export function createCameraTrace(clock: Pick<Clock, 'monoMs'>): CameraTrace {
  const seconds = createRing<MotionSecond>(most.seconds)
  const looks = createRing<TracedLook>(most.looks)
  const steps = createRing<AlertStep>(most.steps)
  const current = new Map<string, MotionSecond>()
  return {
    motion(stream, { frame, motion, active }) {
      const atMs = Math.floor(frame.arrivalMs / 1000) * 1000
      const known = current.get(stream)
      if (known?.atMs === atMs) {
        known.highest = Math.max(known.highest, motion)
        known.active = active
        return
      }
      const second = { stream, atMs, highest: motion, active }
      current.set(stream, second)
      seconds.push(second)
    },
    asked(clip) {
      const askedMs = clock.monoMs()
      return (scores) =>
        looks.push({
          model: clip.modelName,
          trackId: clip.trackId ?? null,
          fromMs: clip.firstArrivalMs,
          toMs: clip.lastArrivalMs,
          inferMs: clock.monoMs() - askedMs,
          scores,
        })
    },
    step: (step) => steps.push(step),
    seconds: seconds.all,
    looks: looks.all,
    steps: steps.all,
  }
}
