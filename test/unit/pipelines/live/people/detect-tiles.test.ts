import { describe, expect, it } from 'vitest'
import { createDetect } from '../../../../../pipelines/live/people/detect-frames.ts'
import { decodeSchema } from '../../../../../src/bundle/decode-schema.ts'
import type { Clip, Scores } from '../../../../../src/core/clip.ts'
import type { BoxPx } from '../../../../../src/core/detection.ts'
import type { PictureFit } from '../../../../../src/core/frame.ts'
import { layTiles } from '../../../../../src/detect/tile-grid.ts'

const tile = { widthPx: 100, heightPx: 100 }
const grid = { columns: 2, rows: 1 }
const size = layTiles(grid, tile)

/** A detector that sees what is bright, one thing in a view, when it is at least 10 px tall there. */
function create(fit: PictureFit, answer: (clip: Clip) => boolean = () => true) {
  const asked: Clip[] = []
  const engine = {
    bundle: () =>
      ({
        name: 'people',
        labels: [{ name: 'person', threshold: 0.5, background: false }],
        input: { ...tile, name: 'in' },
        output: { name: 'out', activation: 'none' },
        decode: decodeSchema.parse({ head: 'boxes', shape: [1, 6], corners: 'corners', nmsIou: null, fit }),
      }) as never,
    strideScale: () => 1,
    async infer(clip: Clip): Promise<Scores | null> {
      asked.push(clip)
      const [frame] = clip.frames
      const box = brightIn(frame!.data, frame!.widthPx)
      const values = Float32Array.of(0, 0, 0, 0, 0, 0)
      if (box && box.heightPx >= 10)
        values.set([box.xPx, box.yPx, box.xPx + box.widthPx, box.yPx + box.heightPx, 0.9, 0])
      return answer(clip) ? ({ modelVersion: '1', values } as unknown as Scores) : null
    },
  }
  const spec = { widthPx: size.widthPx, heightPx: size.heightPx, sampleFps: 5, fit }
  const plan = { modelName: 'people', name: 'people', version: '1', highScore: 0.5, spec, tiles: grid }
  const detect = createDetect({ plan, engine })
  /** @param things in pixels of the frame. */
  const look = (...things: BoxPx[]) => detect({ frame: frameWith(things), motion: 1, active: true })
  return { asked, look }
}

function frameWith(things: readonly BoxPx[]) {
  const { widthPx, heightPx } = size
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (const { xPx, yPx, ...thing } of things)
    for (let y = yPx; y < yPx + thing.heightPx; y += 1)
      data.fill(255, (y * widthPx + xPx) * 3, (y * widthPx + xPx + thing.widthPx) * 3)
  const at = { arrivalMs: 1000, arrivalMonoMs: 0, seq: 0, ptsUs: 0, epoch: 1, cameraId: 'yard' }
  return { ...at, widthPx, heightPx, data, pictureAspect: widthPx / heightPx }
}

function brightIn(data: Uint8Array, widthPx: number): BoxPx | null {
  let [left, top, right, bottom] = [widthPx, Number.MAX_SAFE_INTEGER, -1, -1]
  for (let at = 0; at < data.length; at += 3) {
    if (data[at]! < 128) continue
    const [x, y] = [(at / 3) % widthPx, Math.floor(at / 3 / widthPx)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return right < 0 ? null : { xPx: left, yPx: top, widthPx: right + 1 - left, heightPx: bottom + 1 - top }
}

const box = (xPx: number, yPx: number, widthPx: number, heightPx: number): BoxPx => ({
  xPx,
  yPx,
  widthPx,
  heightPx,
})

describe('a detector with tiles', () => {
  it.each(['letterbox', 'letterbox-centre', 'stretch'] as const)(
    'finds who is too small in the whole picture, where they are, %s',
    async (fit) => {
      const { look, asked } = create(fit)
      const small = box(150, 40, 4, 12)
      const { detections, area } = (await look(small))!
      expect(detections!.map(({ label }) => label)).toEqual(['person'])
      expect(detections![0]!.box).toEqual(small)
      expect(area).toMatchObject({ widthPx: 180, heightPx: 100 })
      expect(asked.map(({ trackId }) => trackId)).toEqual(['tile-1', 'tile-2', 'whole'])
      for (const { frames } of asked) expect(frames[0]!.data).toHaveLength(100 * 100 * 3)
    },
  )

  it.each(['letterbox-centre', 'stretch'] as const)(
    'counts once who is larger than the overlap of tiles, and shows them whole, %s',
    async (fit) => {
      const { look } = create(fit)
      const { detections } = (await look(box(50, 10, 80, 80)))!
      expect(detections).toHaveLength(1)
      const { box: found } = detections![0]!
      for (const [value, wanted] of [
        [found.xPx, 50],
        [found.yPx, 10],
        [found.widthPx, 80],
        [found.heightPx, 80],
      ] as const)
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(2)
    },
  )

  it('counts once who stands where tiles overlap', async () => {
    const { look } = create('letterbox-centre')
    const { detections } = (await look(box(86, 30, 6, 20)))!
    expect(detections!.map((each) => each.box)).toEqual([box(86, 30, 6, 20)])
  })

  it('passes a frame over of which a part was not answered', async () => {
    const { look } = create('letterbox-centre', ({ trackId }) => trackId !== 'tile-2')
    expect(await look(box(150, 40, 4, 12))).toBeNull()
  })
})
