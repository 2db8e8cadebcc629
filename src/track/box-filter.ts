import type { BoxPx } from '../core/detection.ts'

/** Position, velocity and their covariance of one coordinate. Velocity is per second. */
interface Axis {
  value: number
  velocity: number
  /** Covariance: value·value, value·velocity, velocity·velocity. */
  pvv: number
  pvs: number
  pss: number
}

/** Noise as shares of the box's height, as in SORT and ByteTrack; per second instead of per frame. */
const positionNoise = 1 / 20
const velocityNoise = 0.5
/** Widths and heights swing with every step; they do not go on growing or shrinking while nothing is seen. */
const sizeDampingS = 0.1

export interface BoxFilter {
  /** Moves the estimate forward in time. */
  predict(dtS: number): void
  /** Corrects it with a detected box. A weaker detection weighs less: `trust` 0–1. */
  correct(box: BoxPx, trust: number): void
  /** The velocity is forgotten: what has not been seen for a while is taken to stand still. */
  rest(): void
  box(): BoxPx
}

/**
 * Kalman filter with constant velocity on centre x, centre y, width and height (Kalman 1960; state as in
 * BoT-SORT). The four coordinates are independent, so that each is a filter of two states. Time is real time,
 * which makes it right for dropped frames and changed rates.
 */
export function createBoxFilter(first: BoxPx): BoxFilter {
  const start = centred(first)
  const axes = start.map((value): Axis => {
    const scale = first.heightPx
    return {
      value,
      velocity: 0,
      pvv: (2 * positionNoise * scale) ** 2,
      pvs: 0,
      pss: (2 * velocityNoise * scale) ** 2,
    }
  })
  const height = () => Math.max(1, axes[3]!.value)

  return {
    predict(dtS) {
      const process = (positionNoise * height()) ** 2 * dtS
      const drift = (velocityNoise * height()) ** 2 * dtS
      for (const axis of axes) {
        axis.value += axis.velocity * dtS
        axis.pvv += dtS * (2 * axis.pvs + dtS * axis.pss) + process
        axis.pvs += dtS * axis.pss
        axis.pss += drift
      }
      for (const index of [2, 3]) {
        const axis = axes[index]!
        axis.velocity *= Math.exp(-dtS / sizeDampingS)
        // A box cannot shrink away.
        axis.value = Math.max(1, axis.value)
      }
    },
    correct(box, trust) {
      const deviation = (positionNoise * height()) / Math.max(0.1, trust)
      const measured = centred(box)
      axes.forEach((axis, index) => {
        const innovation = measured[index]! - axis.value
        const gain = axis.pvv / (axis.pvv + deviation ** 2)
        const velocityGain = axis.pvs / (axis.pvv + deviation ** 2)
        axis.value += gain * innovation
        axis.velocity += velocityGain * innovation
        axis.pss -= velocityGain * axis.pvs
        axis.pvs -= gain * axis.pvs
        axis.pvv -= gain * axis.pvv
      })
    },
    rest() {
      for (const axis of axes) axis.velocity = 0
    },
    box() {
      const [x, y, widthPx, heightPx] = axes.map(({ value }) => value) as [number, number, number, number]
      return { xPx: x - widthPx / 2, yPx: y - heightPx / 2, widthPx, heightPx }
    },
  }
}

function centred(box: BoxPx): number[] {
  return [box.xPx + box.widthPx / 2, box.yPx + box.heightPx / 2, box.widthPx, box.heightPx]
}
