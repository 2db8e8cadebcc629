import type { CameraScript } from './script.ts'
import type { Point } from './skeleton.ts'

/** A point on the picture and how many pixels a metre is there. */
export interface Projected {
  readonly xPx: number
  readonly yPx: number
  readonly pxPerM: number
}

export interface CameraView {
  readonly widthPx: number
  readonly heightPx: number
  /** Null behind the camera. */
  project(point: Point): Projected | null
  /** Where the ray through a pixel meets the ground, or null above the horizon. */
  ground(xPx: number, yPx: number): { xM: number; zM: number } | null
}

const nearM = 0.3

/** A pinhole camera over the ground, looking along +z and down by its pitch. */
export function createCameraView(camera: CameraScript, widthPx: number, heightPx: number): CameraView {
  const { heightM, pitchRad, rollRad, fieldRad } = camera
  // The picture is square-pixelled at 16:9; other shapes are that picture squeezed, as a scaler does.
  const focal = 0.5 / Math.tan(fieldRad / 2)
  const aspect = 16 / 9
  const [cp, sp] = [Math.cos(pitchRad), Math.sin(pitchRad)]
  const [cr, sr] = [Math.cos(rollRad), Math.sin(rollRad)]
  return {
    widthPx,
    heightPx,
    project([x, y, z]) {
      const up = y - heightM
      const depth = z * cp - up * sp
      if (depth < nearM) return null
      const v = z * sp + up * cp
      const [u1, v1] = [(x / depth) * focal, (v / depth) * focal]
      const [u, w] = [u1 * cr - v1 * sr, u1 * sr + v1 * cr]
      return {
        xPx: (0.5 + u) * widthPx,
        yPx: (0.5 - w * aspect) * heightPx,
        pxPerM: (focal / depth) * widthPx,
      }
    },
    ground(xPx, yPx) {
      const u1 = xPx / widthPx - 0.5
      const w1 = (0.5 - yPx / heightPx) / aspect
      const [u, w] = [(u1 * cr + w1 * sr) / focal, (-u1 * sr + w1 * cr) / focal]
      const down = sp - w * cp
      if (down <= 0.02) return null
      const scale = heightM / down
      return { xM: u * scale, zM: scale * (cp + w * sp) }
    },
  }
}
