import { spawn as nodeSpawn } from 'node:child_process'
import type { CameraConfig } from '../config/schema.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { cameraAddress, fileFault } from './camera-address.ts'
import { classifyFailure } from './classify-failure.ts'
import { ffmpegCommand } from './ffmpeg-arguments.ts'
import { type HttpBody, openHttpBody } from './http/open-body.ts'

export interface PictureOptions {
  readonly transport?: CameraConfig['transport']
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly spawn?: typeof nodeSpawn
}

/** A wider picture is made smaller: it is there to be looked at. */
const widestPx = 1280
/** No picture of that width is as large. */
const mostBytes = 8 * 1024 * 1024

/**
 * The first picture that a camera, file or HTTP stream shows, as JPEG. The address goes to ffmpeg through its standard
 * input.
 *
 * @throws AppError with the code of the camera, as probeCamera
 */
export async function takePicture(url: string, options: PictureOptions = {}): Promise<Buffer> {
  const { transport = 'tcp', timeoutMs = 15_000, clock = systemClock, spawn = nodeSpawn } = options
  const address = cameraAddress(url, 'to look at')
  const fault = fileFault(address)
  if (fault) throw new AppError(fault.code, fault.reason)
  const abort = new AbortController()
  let late = false
  const cancel = clock.after(timeoutMs, () => {
    late = true
    abort.abort()
  })
  try {
    const body = address.kind === 'http' ? await openHttpBody(address.url, clock, abort) : null
    const camera = { transport, hardwareDecode: 'none', realtime: false, loop: false } as const
    const { args, stdin } = ffmpegCommand({
      camera,
      address,
      streams: [],
      record: false,
      openingMs: timeoutMs * 0.6,
      ...(body && { body }),
    })
    const lines: string[] = []
    const picture = await run(
      spawn,
      { args: [...args, ...onePicture], stdin, body, signal: abort.signal },
      lines,
    )
    if (picture.length > 0) return picture
    if (late) throw new AppError('CAMERA_UNREACHABLE', `no picture came within ${timeoutMs / 1000} s`)
    const { code, reason } = body?.failure() ?? classifyFailure(lines, false, address.kind === 'rtsp')
    throw new AppError(code, reason)
  } finally {
    cancel()
    abort.abort()
  }
}

const onePicture = [
  ...['-map', '0:v:0', '-frames:v', '1', '-vf', `scale=w='min(${widestPx},iw)':h=-2`],
  ...['-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1'],
]

function run(
  spawn: typeof nodeSpawn,
  command: {
    args: readonly string[]
    stdin: string | null | 'body'
    body: HttpBody | null
    signal: AbortSignal
  },
  lines: string[],
): Promise<Buffer> {
  const { args, stdin, body, signal } = command
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', args, {
      env: childEnvironment(process.env),
      stdio: [stdin === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    let bytes = 0
    const stop = () => child.kill('SIGKILL')
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > mostBytes) stop()
      else chunks.push(chunk)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n'))
      lines.splice(0, lines.length - 100)
    })
    child.stdin?.on('error', () => {})
    if (body && child.stdin) body.send(child.stdin)
    else if (stdin !== null) child.stdin?.end(stdin)
    child.on('error', () =>
      reject(new AppError('MEDIA_FFMPEG_MISSING', 'ffmpeg was not found in PATH; install it')),
    )
    child.on('close', () => {
      signal.removeEventListener('abort', stop)
      resolve(bytes > mostBytes ? Buffer.alloc(0) : Buffer.concat(chunks))
    })
  })
}
