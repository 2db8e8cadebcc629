import type { Random } from '../core/random.ts'
import type { CameraView } from './camera-view.ts'
import { type Canvas, fillRectangle } from './canvas.ts'
import type { BackgroundFamily, Colour } from './script.ts'

type Paint = (xM: number, zM: number) => Colour

/** Smooth noise over the plane, -1 to 1: bilinear between random values on a grid (value noise). */
function valueNoise(random: Random): (x: number, y: number) => number {
  const size = 64
  const grid = Float32Array.from({ length: size * size }, () => random.range(-1, 1))
  const at = (x: number, y: number) =>
    grid[(((y % size) + size) % size) * size + (((x % size) + size) % size)]!
  return (x, y) => {
    const [ix, iy] = [Math.floor(x), Math.floor(y)]
    const [fx, fy] = [x - ix, y - iy]
    const top = at(ix, iy) * (1 - fx) + at(ix + 1, iy) * fx
    const bottom = at(ix, iy + 1) * (1 - fx) + at(ix + 1, iy + 1) * fx
    return top * (1 - fy) + bottom * fy
  }
}

function shade(colour: Colour, by: number): Colour {
  return [colour[0] + by, colour[1] + by, colour[2] + by]
}

function groundPaint(family: BackgroundFamily, random: Random): Paint {
  const noise = valueNoise(random)
  const tone = random.range(-25, 25)
  const rough = (x: number, z: number) => 9 * noise(x * 2, z * 2) + 6 * noise(x * 9, z * 9)
  switch (family) {
    case 'room': {
      const board = random.range(0.12, 0.25)
      const colour: Colour = random.pick([
        [150, 112, 76],
        [172, 160, 140],
        [120, 96, 84],
      ])
      return (x, z) =>
        shade(colour, tone + 12 * noise(Math.floor(x / board) * 7, z * 0.4) + rough(x, z) * 0.5)
    }
    case 'hall': {
      const tile = random.range(0.5, 1)
      const [light, dark]: [Colour, Colour] = random.pick([
        [
          [205, 205, 198],
          [88, 92, 96],
        ],
        [
          [196, 180, 160],
          [142, 96, 80],
        ],
      ])
      return (x, z) =>
        shade(
          (Math.floor(x / tile) + Math.floor(z / tile)) % 2 === 0 ? light : dark,
          tone + rough(x, z) * 0.3,
        )
    }
    case 'lawn':
      return (x, z) => shade([86, 118, 58], tone + 22 * noise(x * 0.6, z * 0.6) + 14 * noise(x * 7, z * 7))
    case 'parking': {
      const bay = random.range(2.3, 2.9)
      return (x, z) => {
        const line = Math.abs(x / bay - Math.round(x / bay)) * bay < 0.06 && z % 11 < 5
        return line ? [205, 205, 200] : shade([92, 93, 96], tone + rough(x, z))
      }
    }
    case 'street': {
      const kerb = random.range(-3, 3)
      const slab = random.range(0.6, 1.2)
      return (x, z) => {
        if (x < kerb) return shade([82, 82, 86], tone + rough(x, z))
        const seam =
          Math.abs(x / slab - Math.round(x / slab)) < 0.03 || Math.abs(z / slab - Math.round(z / slab)) < 0.03
        return seam ? [112, 110, 106] : shade([158, 154, 148], tone + rough(x, z))
      }
    }
  }
}

/** The empty scene: ground in perspective, and what stands behind it. */
export function paintBackground(
  canvas: Canvas,
  view: CameraView,
  family: BackgroundFamily,
  random: Random,
): void {
  const { widthPx, heightPx, data } = canvas
  const paint = groundPaint(family, random)
  const wall: Colour = random.pick([
    [186, 180, 168],
    [140, 148, 158],
    [170, 140, 120],
    [120, 130, 118],
  ])
  const sky: Colour = [random.range(150, 200), random.range(170, 210), random.range(200, 235)]
  const depth = random.range(13, 22)
  const outside = family === 'street' || family === 'parking' || family === 'lawn'
  const noise = valueNoise(random)
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const ground = view.ground(x + 0.5, y + 0.5)
      const at = (y * widthPx + x) * 3
      const colour =
        ground && ground.zM < depth
          ? paint(ground.xM, ground.zM)
          : shade(outside && y < heightPx * 0.08 ? sky : wall, 14 * noise(x / 9, y / 5) - (outside ? 20 : 0))
      for (let c = 0; c < 3; c += 1) data[at + c] = Math.max(0, Math.min(255, colour[c]!))
    }
  decorate(canvas, view, depth, random)
}

/** Windows, doors or posters on the far wall. */
function decorate(canvas: Canvas, view: CameraView, depth: number, random: Random): void {
  for (let count = random.int(1, 5); count > 0; count -= 1) {
    const x = random.range(-9, 9)
    const bottom = random.range(0, 1.6)
    const low = view.project([x, bottom, depth])
    const high = view.project([x + random.range(0.7, 2.2), bottom + random.range(0.9, 2), depth])
    if (!low || !high) continue
    const colour: Colour = [random.range(40, 210), random.range(40, 200), random.range(50, 220)]
    fillRectangle(canvas, { left: low.xPx, right: high.xPx, top: high.yPx, bottom: low.yPx }, colour)
  }
}
