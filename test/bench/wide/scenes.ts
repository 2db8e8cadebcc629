import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BoxPx } from '../../../src/core/detection.ts'

const footage = join(import.meta.dirname, '../../../../shared/data/footage')
/** The film: one person walks through a hall. */
const film = { file: 'one-by-one-person-detection.mp4', widthPx: 768, heightPx: 432 }

/** The wide scene: as many cameras send it beside their large stream. */
export const scenePx = { widthPx: 640, heightPx: 360 }

export interface Picture {
  readonly widthPx: number
  readonly heightPx: number
  readonly data: Uint8Array
}

/** Pictures of the film, one every few seconds, in its own size. */
export function filmPictures(everyS: number): Picture[] {
  const { file, widthPx, heightPx } = film
  const vf = ['-vf', `fps=1/${everyS}`]
  const bytes = ffmpeg(['-i', join(footage, file), ...vf])
  return split(bytes, { widthPx, heightPx })
}

/** An empty car park, as what is around the people. */
export function emptyScene(): Picture {
  const { widthPx, heightPx } = scenePx
  const args = ['-ss', '1', '-i', join(footage, 'car-detection.mp4'), '-frames:v', '1']
  return split(ffmpeg([...args, '-vf', `scale=${widthPx}:${heightPx}:flags=area`]), scenePx)[0]!
}

function ffmpeg(args: readonly string[]): Uint8Array {
  return execFileSync('ffmpeg', ['-v', 'error', ...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], {
    maxBuffer: 2 ** 30,
  })
}

function split(bytes: Uint8Array, size: { widthPx: number; heightPx: number }): Picture[] {
  const length = size.widthPx * size.heightPx * 3
  return Array.from({ length: Math.floor(bytes.length / length) }, (_, n) => ({
    ...size,
    data: bytes.subarray(n * length, (n + 1) * length),
  }))
}

/** Brings a picture to another size: the mean of the pixels that fall on one, or bilinear where it grows. */
export function resized(picture: Picture, size: { widthPx: number; heightPx: number }): Picture {
  const { widthPx, heightPx } = size
  const data = new Uint8Array(widthPx * heightPx * 3)
  const across = shares(picture.widthPx, widthPx)
  const down = shares(picture.heightPx, heightPx)
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1)
      for (let c = 0; c < 3; c += 1) {
        let sum = 0
        for (const [row, weight] of down[y]!)
          for (const [column, part] of across[x]!)
            sum += picture.data[(row * picture.widthPx + column) * 3 + c]! * weight * part
        data[(y * widthPx + x) * 3 + c] = Math.round(sum)
      }
  return { ...size, data }
}

/** For each pixel of an axis those of the other picture that it is made of, with their shares. */
function shares(from: number, to: number): (readonly [number, number])[][] {
  const step = from / to
  return Array.from({ length: to }, (_, n) => {
    if (step < 1) {
      const exact = Math.min(from - 1, Math.max(0, (n + 0.5) * step - 0.5))
      const low = Math.floor(exact)
      const high = Math.min(from - 1, low + 1)
      return [[low, 1 - (exact - low)] as const, [high, exact - low] as const]
    }
    const [begin, end] = [n * step, (n + 1) * step]
    const parts: (readonly [number, number])[] = []
    for (let at = Math.floor(begin); at < Math.min(from, Math.ceil(end - 1e-9)); at += 1)
      parts.push([at, (Math.min(end, at + 1) - Math.max(begin, at)) / step])
    return parts
  })
}

/** Puts a picture into a scene with its upper left corner at a place; what reaches beyond the scene is left out. */
export function composed(scene: Picture, part: Picture, at: { xPx: number; yPx: number }): Picture {
  const data = Uint8Array.from(scene.data)
  for (let y = 0; y < part.heightPx; y += 1)
    for (let x = 0; x < part.widthPx; x += 1) {
      const [toX, toY] = [at.xPx + x, at.yPx + y]
      if (toX < 0 || toY < 0 || toX >= scene.widthPx || toY >= scene.heightPx) continue
      const from = (y * part.widthPx + x) * 3
      data.set(part.data.subarray(from, from + 3), (toY * scene.widthPx + toX) * 3)
    }
  return { ...scene, data }
}

/** A box of the film in the pixels of the scene. */
export const placed = (box: BoxPx, scale: number, at: { xPx: number; yPx: number }): BoxPx => ({
  xPx: at.xPx + box.xPx * scale,
  yPx: at.yPx + box.yPx * scale,
  widthPx: box.widthPx * scale,
  heightPx: box.heightPx * scale,
})
