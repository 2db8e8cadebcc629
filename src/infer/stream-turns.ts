export interface StreamTurns {
  /** Whether this camera's tubelet is taken now, when only one in `scale` can be. */
  admits(cameraId: string, scale: number, nowMs: number): boolean
}

const goldenShare = (Math.sqrt(5) - 1) / 2
/** A camera that has been silent this long loses its place. */
const forgetMs = 600_000

/**
 * Who may use an overloaded stream model, and when. A stream cannot skip a tubelet: its state would jump, it must
 * start from zeros and withhold its warm-up again. Single drops spread over all cameras would leave every camera in
 * warm-up for ever. So cameras take turns: each is served without interruption for `turnMs`, then pauses for
 * (scale − 1) × turnMs. All get the same share, and at any time about 1/scale of the cameras is being served.
 */
export function createStreamTurns(options: { turnMs: number }): StreamTurns {
  const { turnMs } = options
  const places = new Map<string, { place: number; seenMs: number }>()
  let next = 0

  const placeOf = (cameraId: string, nowMs: number): number => {
    const existing = places.get(cameraId)
    if (existing) {
      existing.seenMs = nowMs
      return existing.place
    }
    for (const [id, { seenMs }] of places) if (nowMs - seenMs > forgetMs) places.delete(id)
    // Multiples of the golden ratio stay evenly spread however many cameras come.
    const place = (next * goldenShare) % 1
    next += 1
    places.set(cameraId, { place, seenMs: nowMs })
    return place
  }

  return {
    admits(cameraId, scale, nowMs) {
      const place = placeOf(cameraId, nowMs)
      if (scale <= 1) return true
      return (nowMs / (turnMs * scale) + place) % 1 < 1 / scale
    },
  }
}
