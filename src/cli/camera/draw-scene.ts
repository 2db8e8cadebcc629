import type { Scene, SceneScore } from '../../../pipelines/look/take-picture.ts'
import { type Keypoint, keypoint, limbs } from '../../core/pose.ts'
import type { Picture } from '../../train/self/png.ts'
import { type Colour, createPictureCanvas, type PictureCanvas } from './picture-canvas.ts'

const colours = {
  zone: [255, 200, 0],
  line: [255, 110, 0],
  seen: [0, 230, 90],
  lost: [170, 170, 170],
  body: [0, 200, 255],
  score: [255, 255, 255],
} as const satisfies Record<string, Colour>

/** Keypoints that are less sure are not drawn. */
const leastScore = 0.3

/** Draws zones, lines, tracks with their ids and bodies, and scores onto the picture. */
export function drawScene(picture: Picture, scene: Scene): void {
  const { widthPx, heightPx } = picture
  const canvas = createPictureCanvas(picture)
  const onPicture = ([x, y]: readonly [number, number]): [number, number] => [x * widthPx, y * heightPx]
  for (const { name, points } of scene.zones) {
    const corners = points.map(onPicture)
    canvas.polygon(corners, colours.zone)
    canvas.text(corners[0]!, name, colours.zone)
  }
  for (const { name, from, to } of scene.lines) {
    canvas.line(onPicture(from), onPicture(to), colours.line)
    canvas.text(onPicture(from), name, colours.line)
  }
  const { area } = scene
  for (const { id, label, score, state, box, pose } of area ? scene.tracks : []) {
    const [across, down] = [widthPx / area!.widthPx, heightPx / area!.heightPx]
    const [left, top] = [box.xPx * across, box.yPx * down]
    const [right, bottom] = [left + box.widthPx * across, top + box.heightPx * down]
    const colour = colours[state]
    const corners = [
      [left, top] as const,
      [right, top] as const,
      [right, bottom] as const,
      [left, bottom] as const,
    ]
    canvas.polygon(corners, colour)
    const own = scene.scores.filter(({ trackId }) => trackId === id)
    const texts = [`#${id.split('-').at(-1)} ${label} ${score.toFixed(2)}`, ...own.map(scoreText)]
    for (const [at, text] of texts.entries()) canvas.text([left, top + (at * heightPx) / 24], text, colour)
    if (pose) drawBody(canvas, pose.found, [across, down])
  }
  const ofAll = scene.scores.filter(({ trackId }) => trackId === null)
  for (const [at, score] of ofAll.entries())
    canvas.text([0, (at * heightPx) / 24], `${score.model} ${scoreText(score)}`, colours.score)
}

function drawBody(
  canvas: PictureCanvas,
  keypoints: readonly Keypoint[],
  [across, down]: [number, number],
): void {
  const sure = (name: keyof typeof keypoint) => {
    const { xPx, yPx, score } = keypoints[keypoint[name]]!
    return score >= leastScore ? ([xPx * across, yPx * down] as const) : null
  }
  for (const [from, to] of limbs) {
    const [start, end] = [sure(from), sure(to)]
    // One that stands alone is a dot.
    if (start || end) canvas.line(start ?? end!, end ?? start!, colours.body)
  }
}

const scoreText = ({ label, score }: SceneScore) => `${label} ${score.toFixed(2)}`
