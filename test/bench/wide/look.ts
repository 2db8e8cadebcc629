import { InferenceSession, Tensor } from 'onnxruntime-node'
import { mergeAnswers, viewsOf } from '../../../pipelines/live/people/detect-views.ts'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import type { Detection } from '../../../src/core/detection.ts'
import { type Frame, pictureArea } from '../../../src/core/frame.ts'
import { createDetectionDecoder } from '../../../src/detect/decode-detections.ts'
import { layTiles, parseTileGrid } from '../../../src/detect/tile-grid.ts'
import { composed, type Picture, resized } from './scenes.ts'

/** One way to look for people in a picture. */
export interface Look {
  /** What is found, in pixels of the picture that was given, and what it took once ffmpeg had scaled the picture. */
  find(picture: Picture): Promise<{ readonly found: readonly Detection[]; readonly ms: number }>
  close(): Promise<void>
}

/** A detector's bundle on one thread, with or without tiles, on pictures that are brought to its size as ffmpeg does. */
export async function createLook(dir: string, tiles: string | null): Promise<Look> {
  const { bundle, graphPath } = await loadBundle(dir)
  const { input, output } = bundle
  const session = await InferenceSession.create(graphPath, { intraOpNumThreads: 1, logSeverityLevel: 4 })
  const decode = createDetectionDecoder(bundle)
  const tile = { widthPx: input.widthPx, heightPx: input.heightPx }
  const grid = parseTileGrid(tiles ?? undefined)
  const size = grid ? layTiles(grid, tile) : tile
  const { fit } = bundle.decode!
  const infer = async ({ data }: Frame) => {
    const clip = new Tensor('uint8', data, [1, 1, tile.heightPx, tile.widthPx, 3])
    return (await session.run({ [input.name]: clip }))[output.name]!.data as Float32Array
  }
  return {
    async find(picture) {
      const frame = fitted(picture, { ...size, fit })
      const area = pictureArea(frame, fit)
      const scale = picture.heightPx / area.heightPx
      const startedMs = performance.now()
      const views = grid ? viewsOf(frame, { grid, tile, fit }) : []
      const answers = []
      for (const view of views) answers.push({ view, values: await infer(view.frame) })
      const found = grid ? mergeAnswers(answers, decode, area) : decode(await infer(frame), area)
      const ms = performance.now() - startedMs
      const inPicture = found.map(({ box, ...rest }) => ({
        ...rest,
        box: {
          xPx: box.xPx * scale,
          yPx: box.yPx * scale,
          widthPx: box.widthPx * scale,
          heightPx: box.heightPx * scale,
        },
      }))
      return { found: inPicture, ms }
    },
    close: () => session.release(),
  }
}

function fitted(
  picture: Picture,
  {
    widthPx,
    heightPx,
    fit,
  }: { widthPx: number; heightPx: number; fit: NonNullable<Parameters<typeof pictureArea>[1]> },
): Frame {
  const pictureAspect = picture.widthPx / picture.heightPx
  const area = pictureArea({ widthPx, heightPx, pictureAspect }, fit)
  const grey = { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx * 3).fill(114) }
  const inner = resized(picture, { widthPx: area.widthPx, heightPx: area.heightPx })
  const { data } = composed(grey, inner, { xPx: area.leftPx, yPx: area.topPx })
  return {
    cameraId: 'scene',
    epoch: 1,
    seq: 0,
    ptsUs: 0,
    arrivalMs: 0,
    arrivalMonoMs: 0,
    widthPx,
    heightPx,
    data,
    pictureAspect,
  }
}
