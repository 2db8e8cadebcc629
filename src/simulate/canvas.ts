import type { Colour } from './script.ts'

/** A picture that is drawn on: rgb24, row by row. */
export interface Canvas {
  readonly widthPx: number
  readonly heightPx: number
  readonly data: Uint8Array
}

export interface Stroke {
  readonly x1: number
  readonly y1: number
  readonly r1: number
  readonly x2: number
  readonly y2: number
  readonly r2: number
  readonly colour: Colour
  /** Height of the picture's pixels against their width: radii are in widths. */
  readonly squeeze: number
}

/** Fills a line with round ends and a width that may change; its upper left is lit. */
export function drawStroke(canvas: Canvas, stroke: Stroke): void {
  const { widthPx, heightPx, data } = canvas
  const { x1, y1, r1, x2, y2, r2, colour, squeeze } = stroke
  const radius = Math.max(r1, r2, 0.5)
  const top = Math.max(0, Math.floor(Math.min(y1, y2) - radius * squeeze))
  const bottom = Math.min(heightPx - 1, Math.ceil(Math.max(y1, y2) + radius * squeeze))
  const left = Math.max(0, Math.floor(Math.min(x1, x2) - radius))
  const right = Math.min(widthPx - 1, Math.ceil(Math.max(x1, x2) + radius))
  const dx = x2 - x1
  const dy = (y2 - y1) / squeeze
  const length2 = dx * dx + dy * dy
  for (let y = top; y <= bottom; y += 1) {
    const py = (y + 0.5 - y1) / squeeze
    for (let x = left; x <= right; x += 1) {
      const px = x + 0.5 - x1
      const t = length2 === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length2))
      const ox = px - t * dx
      const oy = py - t * dy
      const reach = Math.max(0.5, r1 + (r2 - r1) * t)
      const distance2 = ox * ox + oy * oy
      if (distance2 > reach * reach) continue
      const light = 0.92 - (0.28 * (ox + oy)) / (reach * 1.6)
      const at = (y * widthPx + x) * 3
      // A soft edge: thin limbs would flicker otherwise.
      const cover = Math.min(1, reach - Math.sqrt(distance2) + 0.3)
      for (let c = 0; c < 3; c += 1)
        data[at + c] = data[at + c]! + (Math.min(255, colour[c]! * light) - data[at + c]!) * cover
    }
  }
}

/** Darkens an ellipse: the shadow under a person. */
export function drawShadow(
  canvas: Canvas,
  shape: { x: number; y: number; rx: number; ry: number; depth: number },
): void {
  const { widthPx, heightPx, data } = canvas
  const { x, y, rx, ry, depth } = shape
  if (rx < 0.5 || ry < 0.3) return
  for (let py = Math.max(0, Math.floor(y - ry)); py <= Math.min(heightPx - 1, Math.ceil(y + ry)); py += 1)
    for (let px = Math.max(0, Math.floor(x - rx)); px <= Math.min(widthPx - 1, Math.ceil(x + rx)); px += 1) {
      const d = ((px + 0.5 - x) / rx) ** 2 + ((py + 0.5 - y) / ry) ** 2
      if (d >= 1) continue
      const keep = 1 - depth * (1 - d)
      const at = (py * widthPx + px) * 3
      for (let c = 0; c < 3; c += 1) data[at + c] = data[at + c]! * keep
    }
}

export function fillRectangle(
  canvas: Canvas,
  box: { left: number; top: number; right: number; bottom: number },
  colour: Colour,
): void {
  const { widthPx, heightPx, data } = canvas
  const right = Math.min(widthPx, Math.round(box.right))
  for (let y = Math.max(0, Math.round(box.top)); y < Math.min(heightPx, Math.round(box.bottom)); y += 1)
    for (let x = Math.max(0, Math.round(box.left)); x < right; x += 1) {
      const at = (y * widthPx + x) * 3
      for (let c = 0; c < 3; c += 1) data[at + c] = colour[c]!
    }
}
