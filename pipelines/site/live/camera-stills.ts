import type { spawn as nodeSpawn } from 'node:child_process'
import { firstValueFrom, timeout } from 'rxjs'
import type { LiveFeed } from '../../../src/camera/preview/live-feed.ts'
import { type PictureInput, startPictureChild, widestPx } from '../../../src/camera/preview/picture-child.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { AppError } from '../../../src/core/errors.ts'
import { type Frame, type FrameStreamSpec, pictureArea } from '../../../src/core/frame.ts'
import type { LivePicture } from '../../../src/http/live-port.ts'
import type { AttachedCamera } from '../../live/attach-camera.ts'

/** A picture is good for so long. */
const freshMs = 1000
/** Who asks again within this time looks on: then the newest picture is wanted, not the one that is the quickest to get. */
const looksOnMs = 5000
/** How long the next decoded picture is waited for. */
const patienceMs = 3000
/** A picture that takes longer is given up. */
const longestMs = 5000

/**
 * The last picture of one camera as JPEG: of the packets that are held anyway, or of the frames that models see. It is made
 * when somebody asks, once for all who ask within a second.
 *
 * @param options.turn waits until a child may be started
 */
export function createCameraStills(options: {
  readonly cameraId: string
  /** Those whose packets may be held, the best first. */
  readonly feeds: readonly LiveFeed[]
  readonly attached: () => AttachedCamera | null
  readonly spawn: typeof nodeSpawn
  readonly clock: Clock
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>
}): () => Promise<LivePicture> {
  const { cameraId, feeds, attached, clock, turn } = options
  let cached: { readonly jpeg: Buffer; readonly monoMs: number } | null = null
  let asked = Number.NEGATIVE_INFINITY
  let making: Promise<Buffer> | null = null

  const make = async (newest: boolean): Promise<Buffer> => {
    const feed = feeds.find(({ init, media }) => init && media.length > 0)
    if (feed) {
      const media = newest ? feed.media : feed.media.slice(0, 1)
      const parts = [feed.init!, ...media].map(({ data }) => data)
      const filter = `${newest ? 'fps=2,' : ''}scale=w='min(${widestPx},iw)':h=-2`
      const jpeg = await picture(options, {
        input: { kind: 'mp4' },
        filter,
        parts,
        ...(newest ? {} : { frames: 1 }),
      })
      if (jpeg) return jpeg
    }
    const decoded = attached()
    if (decoded?.stream) {
      const frame = await nextFrame(decoded, decoded.stream)
      if (frame) {
        const { widthPx, heightPx } = frame
        const filter = trueShape(frame, decoded.stream)
        const input = { kind: 'rgb24', widthPx, heightPx } as const
        const jpeg = await picture(options, { input, filter, parts: [frame.data], frames: 1 })
        if (jpeg) return jpeg
      }
    }
    throw new AppError('CAMERA_STALLED', `camera ${cameraId}: there is no picture now`)
  }

  return async () => {
    const nowMs = clock.monoMs()
    const looksOn = nowMs - asked < looksOnMs
    asked = nowMs
    if (cached && nowMs - cached.monoMs < freshMs) return { jpeg: cached.jpeg, ageMs: nowMs - cached.monoMs }
    making ??= turn(() => make(looksOn)).finally(() => {
      making = null
    })
    const jpeg = await making
    cached = { jpeg, monoMs: clock.monoMs() }
    return { jpeg, ageMs: 0 }
  }
}

async function nextFrame({ source }: AttachedCamera, stream: FrameStreamSpec): Promise<Frame | null> {
  return firstValueFrom(source.frames$(stream).pipe(timeout(patienceMs))).catch(() => null)
}

/** The picture without the bars around it, in its true proportions. */
function trueShape(frame: Frame, { fit }: FrameStreamSpec): string {
  const { leftPx, topPx, widthPx, heightPx } = pictureArea(frame, fit)
  const even = (value: number) => Math.max(2, Math.round(value / 2) * 2)
  return fit === undefined || fit === 'stretch'
    ? `scale=${even(widthPx)}:${even(heightPx)}`
    : `crop=${Math.round(widthPx)}:${Math.round(heightPx)}:${leftPx}:${topPx}`
}

function picture(
  { spawn, clock }: { spawn: typeof nodeSpawn; clock: Clock },
  of: { input: PictureInput; filter: string; parts: readonly Uint8Array[]; frames?: number },
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    let last: Buffer | null = null
    const child = startPictureChild({
      input: of.input,
      filter: of.filter,
      ...(of.frames === undefined ? {} : { frames: of.frames }),
      spawn,
      onPicture(jpeg) {
        last = Buffer.from(jpeg)
      },
      onEnd() {
        cancel()
        resolve(last)
      },
    })
    const cancel = clock.after(longestMs, () => child.kill())
    for (const part of of.parts) child.write(part)
    child.finish()
  })
}
