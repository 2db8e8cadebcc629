import type { spawn as nodeSpawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { childEnvironment } from '../../src/core/process/child-environment.ts'
import type { Area } from '../../src/http/footage/export-port.ts'
import { coverageOf } from './coverage.ts'

export interface SearchOptions {
  readonly dataDir: string
  readonly wish: {
    readonly camera: string
    readonly fromMs: number
    readonly toMs: number
    readonly area: Area
  }
  readonly spawn: typeof nodeSpawn
  readonly signal: AbortSignal
  readonly onProgress: (share: number) => void
  readonly onHit: (hit: Hit) => void
}

export interface Hit {
  readonly fromMs: number
  readonly toMs: number
  /** Largest share of the area that changed. */
  readonly motion: number
}

const [widthPx, heightPx] = [128, 72]
/** A picture is looked at for each second: the keyframe that holds there. */
const stepMs = 1000
/** So much brighter or darker (of 255), a point has changed; so many of them, something moved. */
const changed = 22
const leastShare = 0.02
/** What follows so soon is the same motion. */
const togetherMs = 5000

/** Decodes the keyframes of a time, small, and tells where the picture changes within an area. */
export async function searchMotion(options: SearchOptions): Promise<void> {
  const { dataDir, wish, signal, onProgress, onHit } = options
  const files = await coverageOf(dataDir, wish.camera, wish.fromMs, wish.toMs)
  const points = pointsOf(wish.area)
  let before: Buffer | null = null
  let beforeMs = 0
  let open: Hit | null = null as Hit | null
  for (const [index, { path, startedMs }] of files.entries()) {
    signal.throwIfAborted()
    for await (const [at, picture] of picturesOf(path, options)) {
      const atMs = startedMs + at * stepMs
      // Over a gap two pictures say nothing about motion.
      const follows = before !== null && atMs - beforeMs <= togetherMs
      const motion = follows ? differenceOf(before!, picture, points) : 0
      before = picture
      beforeMs = atMs
      if (motion < leastShare || atMs < wish.fromMs || atMs >= wish.toMs) continue
      if (open && atMs - open.toMs <= togetherMs)
        open = { ...open, toMs: atMs, motion: Math.max(open.motion, motion) }
      else {
        if (open) onHit(open)
        open = { fromMs: atMs - stepMs, toMs: atMs, motion }
      }
    }
    onProgress((index + 1) / files.length)
  }
  if (open) onHit(open)
}

/** Places of the picture that lie within the area. */
export function pointsOf({ x, y, width, height }: Area): number[] {
  const points: number[] = []
  for (let row = 0; row < heightPx; row += 1)
    for (let column = 0; column < widthPx; column += 1) {
      const [px, py] = [(column + 0.5) / widthPx, (row + 0.5) / heightPx]
      if (px >= x && px <= x + width && py >= y && py <= y + height) points.push(row * widthPx + column)
    }
  return points
}

/** The share of the points that changed from one picture to the next. */
export function differenceOf(before: Uint8Array, now: Uint8Array, points: readonly number[]): number {
  if (points.length === 0) return 0
  let count = 0
  for (const at of points) if (Math.abs(before[at]! - now[at]!) >= changed) count += 1
  return count / points.length
}

async function* picturesOf(
  path: string,
  { spawn, signal }: Pick<SearchOptions, 'spawn' | 'signal'>,
): AsyncGenerator<readonly [at: number, picture: Buffer]> {
  const child = spawn(
    'ffmpeg',
    [
      ...[
        '-hide_banner',
        '-nostdin',
        '-v',
        'error',
        '-threads',
        '1',
        '-skip_frame',
        'nokey',
        '-i',
        `file:${path}`,
      ],
      ...[
        '-an',
        '-vf',
        `fps=1,scale=${widthPx}:${heightPx}:flags=area,format=gray`,
        '-f',
        'rawvideo',
        'pipe:1',
      ],
    ],
    { env: childEnvironment(process.env), stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true },
  )
  // Without a program there is nothing to read; a file that cannot be read has no motion.
  child.on('error', () => {})
  const stop = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop)
  try {
    if (child.pid !== undefined) setPriority(child.pid, 15)
    const size = widthPx * heightPx
    let rest = Buffer.alloc(0)
    let at = 0
    for await (const chunk of child.stdout!) {
      rest = Buffer.concat([rest, chunk as Buffer])
      for (; rest.length >= size; at += 1) {
        yield [at, rest.subarray(0, size)]
        rest = rest.subarray(size)
      }
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}
