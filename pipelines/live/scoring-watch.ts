import { BehaviorSubject, type Observable } from 'rxjs'
import type { ProductTrouble } from '../../src/core/camera-status.ts'
import type { Clock } from '../../src/core/clock.ts'

/** Watches that the models which look at a camera say something while there is something to look at. */
export interface ScoringWatch {
  /** Begins with null; the trouble while a model says nothing. */
  readonly trouble$: Observable<ProductTrouble | null>
  /**
   * A frame for a model. Nothing is expected of it where nothing moves.
   *
   * @param windowMs how long the model looks before it says something, as busy as it is now.
   */
  frame(model: string, frame: { readonly active: boolean; readonly windowMs: number }): void
  /** A model answered. */
  scored(model: string): void
  close(): void
}

interface Looking {
  /** Monotonic time since which it has had frames with motion, without a pause. */
  sinceMs: number | null
  frameMs: number
  scoredMs: number
}

/** Beyond a few of its windows a model may be silent so long: it is swapped, or the machine is busy. */
const patienceMs = 30_000
const windows = 4
/** Frames that are so far apart follow a pause. */
const pauseMs = 5000

/**
 * Pictures alone do not tell that a camera is watched: windows may never fill (times that jump at every frame), and a
 * model may not answer. Asked with every frame: when those stand still, the source tells.
 */
export function createScoringWatch(clock: Clock): ScoringWatch {
  const troubles = new BehaviorSubject<ProductTrouble | null>(null)
  const looking = new Map<string, Looking>()
  const silent = new Set<string>()

  const tell = () => {
    const [model] = [...silent].sort()
    if (model === undefined) {
      if (troubles.value) troubles.next(null)
      return
    }
    const reason = `frames arrive, but model "${model}" says nothing of them`
    if (troubles.value?.reason !== reason)
      troubles.next({ product: 'scores', code: 'MODEL_SILENT', reason, stopped: false })
  }
  const set = (model: string, isSilent: boolean) => {
    if (silent.has(model) === isSilent) return
    if (isSilent) silent.add(model)
    else silent.delete(model)
    tell()
  }

  return {
    trouble$: troubles.asObservable(),
    frame(model, { active, windowMs }) {
      const nowMs = clock.monoMs()
      const state = looking.get(model) ?? { sinceMs: null, frameMs: nowMs, scoredMs: nowMs }
      looking.set(model, state)
      if (!active || nowMs - state.frameMs > pauseMs) state.sinceMs = null
      if (active) state.sinceMs ??= nowMs
      state.frameMs = nowMs
      const quietMs = nowMs - Math.max(state.sinceMs ?? nowMs, state.scoredMs)
      set(model, quietMs >= patienceMs + windows * windowMs)
    },
    scored(model) {
      const state = looking.get(model)
      if (state) state.scoredMs = clock.monoMs()
      set(model, false)
    },
    close: () => troubles.complete(),
  }
}
