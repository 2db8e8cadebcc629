import { readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'

/** Where a person is in a frame, pixels; null when none was found. */
export interface PersonBox {
  readonly xPx: number
  readonly yPx: number
  readonly widthPx: number
  readonly heightPx: number
  readonly score: number
}

const side = 192
const strides = [8, 16, 32]
const leastScore = 0.25

/** The best person of each frame of a video, rgb24 [count, height, width, 3], by a YOLOX detector of 192 × 192. */
export async function createPersonFinder(modelFile: string, threads: number) {
  const session = await InferenceSession.create(readFileSync(modelFile), { intraOpNumThreads: threads })
  const input = new Float32Array(3 * side * side)
  const grid = strides.flatMap((stride) => {
    const cells = side / stride
    return Array.from(
      { length: cells * cells },
      (_, n) => [n % cells, Math.floor(n / cells), stride] as const,
    )
  })
  return {
    async find(frame: Uint8Array, widthPx: number, heightPx: number): Promise<PersonBox | null> {
      const scale = side / Math.max(widthPx, heightPx)
      letterbox(frame, { widthPx, heightPx, scale }, input)
      const { output } = (await session.run({
        images: new Tensor('float32', input, [1, 3, side, side]),
      })) as {
        output: Tensor
      }
      const rows = output.data as Float32Array
      let best: PersonBox | null = null
      for (const [index, [gx, gy, stride]] of grid.entries()) {
        const [x, y, w, h, object, person] = rows.subarray(index * 6, index * 6 + 6)
        const score = object! * person!
        if (score < leastScore || (best && score <= best.score)) continue
        const [boxW, boxH] = [Math.exp(w!) * stride, Math.exp(h!) * stride]
        best = {
          xPx: ((x! + gx) * stride - boxW / 2) / scale,
          yPx: ((y! + gy) * stride - boxH / 2) / scale,
          widthPx: boxW / scale,
          heightPx: boxH / scale,
          score,
        }
      }
      return best
    },
    close: () => session.release(),
  }
}

/** Scaled to the top left of a grey square, planar, blue first, 0–255: as that detector was trained. */
function letterbox(
  frame: Uint8Array,
  { widthPx, heightPx, scale }: { widthPx: number; heightPx: number; scale: number },
  out: Float32Array,
): void {
  out.fill(114)
  const [w, h] = [Math.round(widthPx * scale), Math.round(heightPx * scale)]
  for (let y = 0; y < h; y += 1) {
    const sy = Math.min(heightPx - 1, Math.floor((y + 0.5) / scale))
    for (let x = 0; x < w; x += 1) {
      const sx = Math.min(widthPx - 1, Math.floor((x + 0.5) / scale))
      const from = (sy * widthPx + sx) * 3
      for (let channel = 0; channel < 3; channel += 1)
        out[channel * side * side + y * side + x] = frame[from + 2 - channel]!
    }
  }
}
