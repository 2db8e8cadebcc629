import { cropFrame } from '../../../src/clip/crop-frame.ts'
import type { BoxPx, Detection } from '../../../src/core/detection.ts'
import type { Frame, PictureArea, PictureFit } from '../../../src/core/frame.ts'
import type { DetectionDecoder } from '../../../src/detect/decode-detections.ts'
import { mergeViews } from '../../../src/detect/merge-views.ts'
import { cutTile, layTiles, type TileGrid } from '../../../src/detect/tile-grid.ts'

/** A part of a frame, or all of it, in the size that the detector takes. */
export interface FrameView {
  /** Tells the views of a camera apart. */
  readonly id: string
  readonly frame: Frame
  /** What it shows, in pixels of the frame that was cut. */
  readonly window: BoxPx
}

/** The tiles of a frame, and the whole of it: who is near and large is cut by the tiles. */
export function viewsOf(
  frame: Frame,
  { grid, tile, fit }: { grid: TileGrid; tile: { widthPx: number; heightPx: number }; fit: PictureFit },
): FrameView[] {
  const whole = wholeWindow(frame, tile, fit)
  const tiles = layTiles(grid, tile).tiles.map(
    (window, at): FrameView => ({
      id: `tile-${at + 1}`,
      frame: { ...frame, ...tile, data: cutTile(frame.data, frame.widthPx, window) },
      window,
    }),
  )
  return [
    ...tiles,
    { id: 'whole', frame: cropFrame(frame, whole, { ...tile, beside: 'black' }), window: whole },
  ]
}

/** What the detector says of all views, as one list in the pixels of the picture. */
export function mergeAnswers(
  answers: readonly { readonly view: FrameView; readonly values: Float32Array }[],
  decode: DetectionDecoder,
  area: PictureArea,
): Detection[] {
  const views = answers.map(({ view: { frame, window }, values }) => {
    const [scaleX, scaleY] = [window.widthPx / frame.widthPx, window.heightPx / frame.heightPx]
    const found = decode(values, {
      leftPx: (area.leftPx - window.xPx) / scaleX,
      topPx: (area.topPx - window.yPx) / scaleY,
      stretchX: (area.stretchX * scaleX) / scaleY,
      widthPx: area.widthPx / scaleY,
      heightPx: area.heightPx / scaleY,
    })
    return {
      window: {
        xPx: (window.xPx - area.leftPx) * area.stretchX,
        yPx: window.yPx - area.topPx,
        widthPx: window.widthPx * area.stretchX,
        heightPx: window.heightPx,
      },
      detections: found.map((detection) => scaled(detection, scaleY)),
    }
  })
  return mergeViews(views, area)
}

/** The frame in the shape of a tile: as it is where pictures are stretched, else with a border on two sides. */
function wholeWindow(frame: Frame, tile: { widthPx: number; heightPx: number }, fit: PictureFit): BoxPx {
  const { widthPx, heightPx } = frame
  if (fit === 'stretch') return { xPx: 0, yPx: 0, widthPx, heightPx }
  const scale = Math.max(widthPx / tile.widthPx, heightPx / tile.heightPx)
  const size = { widthPx: tile.widthPx * scale, heightPx: tile.heightPx * scale }
  return { xPx: (widthPx - size.widthPx) / 2, yPx: (heightPx - size.heightPx) / 2, ...size }
}

function scaled(detection: Detection, scale: number): Detection {
  if (scale === 1) return detection
  const { box, keypoints } = detection
  return {
    ...detection,
    box: {
      xPx: box.xPx * scale,
      yPx: box.yPx * scale,
      widthPx: box.widthPx * scale,
      heightPx: box.heightPx * scale,
    },
    ...(keypoints && {
      keypoints: keypoints.map(({ xPx, yPx, score }) => ({ xPx: xPx * scale, yPx: yPx * scale, score })),
    }),
  }
}
