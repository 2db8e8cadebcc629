import type { Picture } from '../../train/self/png.ts'
import { dotsOf, signHeight, signsOf, signWidth } from './small-letters.ts'

export type Colour = readonly [red: number, green: number, blue: number]
type Point = readonly [x: number, y: number]

/** Draws onto the pixels of a picture. What lies outside is left out. */
export interface PictureCanvas {
  line(from: Point, to: Point, colour: Colour): void
  /** A closed line through the points. */
  polygon(points: readonly Point[], colour: Colour): void
  /** A line of text on a dark ground, its top left at the point, moved inside where it would leave the picture. */
  text(at: Point, text: string, colour: Colour): void
}

export function createPictureCanvas({ widthPx, heightPx, rgb }: Picture): PictureCanvas {
  // Thick enough to be seen where the picture is made smaller.
  const thick = Math.max(1, Math.round(widthPx / 480))
  const scale = thick + 1

  const dot = (x: number, y: number, sizePx: number, [red, green, blue]: Colour) => {
    const [left, top] = [Math.round(x), Math.round(y)]
    for (let row = Math.max(0, top); row < Math.min(heightPx, top + sizePx); row += 1)
      for (let column = Math.max(0, left); column < Math.min(widthPx, left + sizePx); column += 1)
        rgb.set([red, green, blue], (row * widthPx + column) * 3)
  }
  const line = ([fromX, fromY]: Point, [toX, toY]: Point, colour: Colour) => {
    // What is far outside is not walked dot by dot.
    const clamp = (value: number, most: number) => Math.min(2 * most, Math.max(-most, value))
    const [x0, y0, x1, y1] = [
      ...[clamp(fromX, widthPx), clamp(fromY, heightPx), clamp(toX, widthPx), clamp(toY, heightPx)],
    ] as [number, number, number, number]
    const dots = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))))
    for (let at = 0; at <= dots; at += 1)
      dot(x0 + ((x1 - x0) * at) / dots, y0 + ((y1 - y0) * at) / dots, thick, colour)
  }
  return {
    line,
    polygon(points, colour) {
      for (const [at, point] of points.entries()) line(point, points[(at + 1) % points.length]!, colour)
    },
    text([x, y], text, colour) {
      const [wide, high] = [(signsOf(text) * signWidth + 1) * scale, (signHeight + 2) * scale]
      const left = Math.round(Math.max(0, Math.min(x, widthPx - wide)))
      const top = Math.round(Math.max(0, Math.min(y, heightPx - high)))
      for (let row = 0; row < high; row += scale)
        for (let column = 0; column < wide; column += scale) dot(left + column, top + row, scale, [0, 0, 0])
      for (const [column, row] of dotsOf(text))
        dot(left + (column + 1) * scale, top + (row + 1) * scale, scale, colour)
    },
  }
}
