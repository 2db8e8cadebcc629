import type { LayerName } from './layers.ts'
import type { BodyPoint, Place, Places, Scene, Score, Track } from './messages.ts'

export interface DrawOptions {
  /** Where the picture lies on the canvas. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** What lies above this on the canvas is covered: no words are put there. */
  readonly clearTop?: number
  /** Pixels of the screen for one of the page. */
  readonly scale: number
  readonly shows: (layer: LayerName) => boolean
  readonly percent: (share: number) => string
  /** What a label, a posture or an action is called. */
  readonly word: (name: string) => string
}

/** Read on every picture, whatever it shows. */
const colours = { seen: '#35e08a', lost: '#b9c3cc', body: '#5ad1ff', zone: '#ffd24a', line: '#ff9a4d' }
/** Limbs of the keypoints of COCO. */
const limbs = [
  ...([
    [5, 7],
    [7, 9],
    [6, 8],
    [8, 10],
    [5, 6],
    [5, 11],
    [6, 12],
    [11, 12],
  ] as const),
  ...([
    [11, 13],
    [13, 15],
    [12, 14],
    [14, 16],
    [0, 5],
    [0, 6],
  ] as const),
]
const leastSure = 0.3

/** Draws what was seen, and the places that rules know, over a picture. */
export function drawScene(
  canvas: CanvasRenderingContext2D,
  of: { readonly scene: Scene | null; readonly places: Places | null },
  options: DrawOptions,
): void {
  const { shows, scale } = options
  canvas.lineWidth = 1.5 * scale
  canvas.font = `600 ${11 * scale}px system-ui, sans-serif`
  canvas.textBaseline = 'middle'
  canvas.lineJoin = 'round'
  if (of.places && shows('zones')) drawPlaces(canvas, of.places, options)
  if (!of.scene) return
  for (const track of of.scene.tracks) drawTrack(canvas, track, options)
  if (!shows('actions')) return
  for (const [at, score] of of.scene.scores.entries())
    label(
      canvas,
      { x: options.left + 6 * scale, y: options.top + options.height - (12 + at * 17) * scale },
      scoreText(score, options),
      '#e6ecf1',
      scale,
    )
}

const onCanvas = ([x, y]: Place, { left, top, width, height }: DrawOptions) => ({
  x: left + x * width,
  y: top + y * height,
})

function drawPlaces(canvas: CanvasRenderingContext2D, { zones, lines }: Places, options: DrawOptions): void {
  for (const { name, points } of zones) {
    path(
      canvas,
      points.map((point) => onCanvas(point, options)),
      true,
    )
    canvas.strokeStyle = colours.zone
    canvas.fillStyle = `${colours.zone}18`
    canvas.fill()
    canvas.stroke()
    label(canvas, readable(onCanvas(points[0]!, options), options), name, colours.zone, options.scale)
  }
  for (const { name, from, to } of lines) {
    path(canvas, [onCanvas(from, options), onCanvas(to, options)], false)
    canvas.strokeStyle = colours.line
    canvas.stroke()
    label(canvas, readable(onCanvas(from, options), options), name, colours.line, options.scale)
  }
}

/** A place for words that nothing covers. */
const readable = (at: { x: number; y: number }, { clearTop = 0, scale }: DrawOptions) => ({
  x: at.x,
  y: Math.max(at.y, clearTop + 8.5 * scale),
})

function drawTrack(canvas: CanvasRenderingContext2D, track: Track, options: DrawOptions): void {
  const { shows, scale } = options
  const [x, y, width, height] = track.box
  const corner = onCanvas([x, y], options)
  const size = { width: width * options.width, height: height * options.height }
  const colour = track.seen ? colours.seen : colours.lost
  if (shows('bodies') && track.body) drawBody(canvas, track.body, options)
  if (shows('boxes')) {
    canvas.strokeStyle = colour
    canvas.setLineDash(track.seen ? [] : [5 * scale, 4 * scale])
    canvas.strokeRect(corner.x, corner.y, size.width, size.height)
    canvas.setLineDash([])
  }
  const lines: string[] = []
  if (shows('names'))
    lines.push(`${options.word(track.label)} ${track.id.split('-').at(-1)} · ${options.percent(track.score)}`)
  if (shows('actions')) {
    if (track.posture && track.posture !== 'unknown')
      lines.push(track.posture.split(', ').map(options.word).join(', '))
    for (const action of track.actions ?? []) lines.push(scoreText(action, options))
  }
  const step = 17 * scale
  const highest = Math.max(options.top, options.clearTop ?? 0)
  const above = corner.y - lines.length * step >= highest
  const from = above ? corner.y - (lines.length - 0.5) * step : Math.max(corner.y, highest) + step / 2
  lines.forEach((text, at) => {
    label(canvas, { x: corner.x, y: from + at * step }, text, colour, scale)
  })
}

const scoreText = ({ label: name, score }: Score, { word, percent }: DrawOptions) =>
  `${word(name)} ${percent(score)}`

function drawBody(canvas: CanvasRenderingContext2D, body: readonly BodyPoint[], options: DrawOptions): void {
  canvas.strokeStyle = colours.body
  canvas.fillStyle = colours.body
  const sure = (index: number) => {
    const point = body[index]
    return point && point[2] >= leastSure ? onCanvas([point[0], point[1]], options) : null
  }
  canvas.beginPath()
  for (const [from, to] of limbs) {
    const [start, end] = [sure(from), sure(to)]
    if (!start || !end) continue
    canvas.moveTo(start.x, start.y)
    canvas.lineTo(end.x, end.y)
  }
  canvas.stroke()
  for (const index of body.keys()) {
    const at = sure(index)
    if (at) canvas.fillRect(at.x - options.scale, at.y - options.scale, 2 * options.scale, 2 * options.scale)
  }
}

function path(
  canvas: CanvasRenderingContext2D,
  points: readonly { x: number; y: number }[],
  close: boolean,
): void {
  canvas.beginPath()
  for (const { x, y } of points) canvas.lineTo(x, y)
  if (close) canvas.closePath()
}

/** Text on a dark ground, so that it is read on snow and at night. */
function label(
  canvas: CanvasRenderingContext2D,
  at: { x: number; y: number },
  text: string,
  colour: string,
  scale: number,
): void {
  const height = 15 * scale
  const width = canvas.measureText(text).width + 8 * scale
  const left = Math.max(0, Math.min(at.x, canvas.canvas.width - width))
  canvas.fillStyle = 'rgb(8 12 16 / 72%)'
  canvas.fillRect(left, at.y - height / 2, width, height)
  canvas.fillStyle = colour
  canvas.fillText(text, left + 4 * scale, at.y + 0.5 * scale)
}
