import type { IncomingMessage } from 'node:http'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { Failure } from '../classify-failure.ts'
import type { Timing } from '../ffmpeg-arguments.ts'
import { hlsStream } from './hls-stream.ts'
import { createPictureCutter, jpegSize } from './multipart-pictures.ts'
import { openHttp } from './open-http.ts'
import { pictureCluster, pictureStreamHead } from './picture-stream.ts'

/** What a camera sends over HTTP, as ffmpeg gets it on its standard input. */
export interface HttpBody {
  /** The format in ffmpeg's words, or null: it finds out. */
  readonly format: string | null
  /** `arrival` where ffmpeg is to give times, because the format has none. */
  readonly timing: Timing
  /** It comes in pieces faster than life: a file, or HLS. */
  readonly paced: boolean
  /** Whether its times are those of a clock, of which a step can be told. */
  readonly clocked: boolean
  /** Sends it, until it ends or is closed; then ends `into` as well. */
  send(into: Writable): void
  /** Why it ended early, when that is known here. */
  failure(): Failure | null
  close(): void
}

/** How many bytes tell what comes. */
const peekBytes = 64

/**
 * Connects to a camera over HTTP and finds out what it sends. ffmpeg itself gets bytes, never an address: nothing that comes
 * can make it connect to anything, and it ends when nobody feeds it any more.
 *
 * @throws AppError as openHttp.
 */
export async function openHttpBody(url: string, clock: Clock, abort: AbortController): Promise<HttpBody> {
  const answer = await openHttp(url, { signal: abort.signal })
  const head = await peek(answer)
  if (abort.signal.aborted) throw new AppError('CAMERA_UNREACHABLE', 'the camera answers, but sends nothing')
  const kind = kindOf(answer.headers['content-type'] ?? '', head)
  if (kind === 'hls') answer.destroy()
  const stream =
    kind === 'hls'
      ? hlsStream(new URL(url), abort.signal)
      : kind === 'pictures'
        ? picturesOf(answer, clock)
        : answer
  const paced = kind === 'hls' || (kind === 'media' && answer.headers['content-length'] !== undefined)
  let failure: Failure | null = null
  return {
    format: kind === 'pictures' ? 'matroska' : kind === 'h264' || kind === 'hevc' ? kind : null,
    timing: kind === 'h264' || kind === 'hevc' ? 'arrival' : 'source',
    paced,
    clocked: kind === 'media' && !paced,
    send(into) {
      stream.on('error', (thrown) => {
        if (thrown instanceof AppError) failure = { code: thrown.code, reason: thrown.message }
        into.end()
      })
      stream.pipe(into)
    },
    failure: () => failure,
    close() {
      abort.abort()
      answer.destroy()
      stream.destroy()
    },
  }
}

const unitStart = Buffer.from([0, 0, 1])

type Kind = 'hls' | 'pictures' | 'h264' | 'hevc' | 'media'

function kindOf(contentType: string, head: Buffer): Kind {
  const text = head.toString('latin1')
  if (/mpegurl/i.test(contentType) || text.startsWith('#EXTM3U')) return 'hls'
  if (/^multipart\/|motion-jpeg/i.test(contentType)) return 'pictures'
  if (/^(--|\r?\n--)/.test(text) || text.startsWith('\xff\xd8\xff')) return 'pictures'
  const start = head.indexOf(unitStart)
  if (start !== 0 && !(start === 1 && head[0] === 0)) return 'media'
  const [first = 0, second = 0] = head.subarray(start + unitStart.length)
  // Annex B: access unit delimiter or parameter set of H.264; of H.265 with its layer and time numbers.
  if ((first & 0x80) === 0 && [7, 9].includes(first & 0x1f)) return 'h264'
  return [32, 35].includes((first >> 1) & 0x3f) && second === 1 ? 'hevc' : 'media'
}

/** The first bytes of an answer, which stay in it. */
async function peek(answer: IncomingMessage): Promise<Buffer> {
  await new Promise<void>((resolve) => {
    answer.once('readable', resolve)
    answer.once('end', resolve)
    answer.once('close', resolve)
  })
  const bytes: Buffer | null = answer.read()
  if (bytes === null) return Buffer.alloc(0)
  answer.unshift(bytes)
  return bytes.subarray(0, peekBytes)
}

/** Pictures as they come, each with the time at which it was there. */
function picturesOf(answer: IncomingMessage, clock: Clock): Readable {
  const out = new PassThrough()
  let firstMs: number | null = null
  let size = ''
  const cutter = createPictureCutter((picture) => {
    const found = jpegSize(picture)
    if (!found) return
    const nowMs = clock.monoMs()
    const described = `${found.widthPx}x${found.heightPx}`
    if (firstMs === null) {
      firstMs = nowMs
      size = described
      out.write(pictureStreamHead(found))
    }
    // Another size needs another recording: the connection is made anew.
    if (described !== size) return void answer.destroy()
    // What ffmpeg does not take is passed over, as a camera would: pictures must not come later and later.
    if (out.writableLength > mostWaitingBytes) return
    out.write(pictureCluster(picture, nowMs - firstMs))
  })
  answer.on('data', (chunk: Buffer) => cutter.push(chunk))
  answer.on('close', () => out.end())
  return out
}

const mostWaitingBytes = 8 * 1024 * 1024
