import { writeFileSync } from 'node:fs'
import { cameraNamed } from '../../../pipelines/look/plan-cameras.ts'
import { reachable } from '../../../pipelines/look/reachable.ts'
import { takePicture } from '../../../pipelines/look/take-picture.ts'
import { loadConfigToRead } from '../../config/load-to-read.ts'
import { AppError } from '../../core/errors.ts'
import { encodePng } from '../../train/self/png.ts'
import { drawScene } from './draw-scene.ts'

export interface SnapshotOptions {
  config: string
  annotate?: boolean
  out?: string
  seconds: number
  json?: boolean
}

/** `vireo camera snapshot`: writes a picture of a camera and returns the line to print. */
export async function takeSnapshot(id: string, options: SnapshotOptions): Promise<string> {
  const { config: file, annotate = false, out = `${id}.png`, seconds, json } = options
  const config = loadConfigToRead(file)
  const camera = reachable(cameraNamed(config, id, file))
  const { picture, scene } = await takePicture(config, camera, annotate ? seconds : null)
  if (annotate) drawScene(picture, scene)
  write(out, encodePng(picture))
  const { widthPx, heightPx } = picture
  const shown = {
    file: out,
    camera: id,
    widthPx,
    heightPx,
    ...(annotate && {
      tracks: scene.tracks.map(({ id: track, label, score, state }) => ({ id: track, label, score, state })),
      scores: scene.scores,
      zones: scene.zones.map(({ name }) => name),
      lines: scene.lines.map(({ name }) => name),
    }),
  }
  if (json) return JSON.stringify(shown)
  const found = annotate ? `, ${scene.tracks.length} tracks, ${scene.scores.length} scores` : ''
  return `${out}: ${widthPx}×${heightPx} of camera ${id}${found}`
}

/** Footage of people: for its user alone. */
function write(out: string, png: Buffer): void {
  try {
    writeFileSync(out, png, { mode: 0o600 })
  } catch (cause) {
    throw new AppError(
      'STORE_FILE',
      `--out ${out}: cannot be written (${(cause as NodeJS.ErrnoException).code})`,
      {
        cause,
      },
    )
  }
}
