import type { ProductTrouble } from '../../core/camera-status.ts'

/**
 * Looks whether what was asked of a camera beside its pictures comes as well. Asked with every picture: when those stand
 * still, that is told by the source itself.
 */
export interface ProductWatch {
  connected(asked: { readonly record: boolean; readonly sound: boolean }, monoMs: number): void
  fragment(monoMs: number): void
  sound(monoMs: number): void
  /** A picture came. The trouble that there is now, or null. */
  look(monoMs: number): ProductTrouble | null
}

/** How long after the first picture the recording may begin: with its first keyframe. */
const recordWithinMs = 15_000
/** How long sound may pause: microphones that switch themselves off send nothing. */
const soundPauseMs = 10_000

/** @param wanted what is configured; a connection may be asked for less. */
export function createProductWatch(options: {
  wanted: { readonly record: boolean; readonly sound: boolean }
  stallTimeoutMs: number
  /** Why nothing is recorded where the connection was not asked for packets. */
  unrecordable: () => string
}): ProductWatch {
  const { wanted, stallTimeoutMs } = options
  let asked = wanted
  let firstMonoMs: number | null = null
  let fragmentMonoMs: number | null = null
  let soundMonoMs: number | null = null
  let heard = false

  const recording = (monoMs: number): ProductTrouble | null => {
    if (!wanted.record) return null
    if (!asked.record) {
      const reason = `frames arrive, but nothing is recorded: ${options.unrecordable()}`
      return { product: 'recording', code: 'MEDIA_UNRECORDABLE', reason, stopped: false }
    }
    const lateMs = monoMs - (fragmentMonoMs ?? firstMonoMs!)
    if (lateMs <= (fragmentMonoMs === null ? recordWithinMs : stallTimeoutMs + 1000)) return null
    const reason =
      fragmentMonoMs === null
        ? 'frames arrive, but no keyframe that a recording could begin with'
        : 'frames arrive, but nothing to record'
    return { product: 'recording', code: 'MEDIA_NOT_RECORDED', reason, stopped: fragmentMonoMs !== null }
  }
  const listening = (monoMs: number): ProductTrouble | null => {
    if (!wanted.sound || !heard || monoMs - (soundMonoMs ?? firstMonoMs!) <= soundPauseMs) return null
    return {
      product: 'sound',
      code: 'CAMERA_STALLED',
      reason: 'frames arrive, but no sound any more',
      stopped: false,
    }
  }

  return {
    connected(now) {
      asked = now
      firstMonoMs = null
      fragmentMonoMs = null
      soundMonoMs = null
    },
    fragment(monoMs) {
      fragmentMonoMs = monoMs
    },
    sound(monoMs) {
      soundMonoMs = monoMs
      heard = true
    },
    look(monoMs) {
      firstMonoMs ??= monoMs
      return recording(monoMs) ?? listening(monoMs)
    },
  }
}
