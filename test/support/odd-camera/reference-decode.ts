import { spawn } from 'node:child_process'
import { readFrameNumber } from './frame-number.ts'

const [widthPx, heightPx] = [64, 36]
/** Longest time that anything is decoded. */
const mostMs = 120_000
const frameBytes = widthPx * heightPx * 3

/** Numbers of all pictures that ffmpeg gets of a camera until that ends the connection; null for unreadable ones. */
export function decodeDirectly(url: string, transport: 'tcp' | 'udp'): Promise<(number | null)[]> {
  const rtsp = url.startsWith('rtsp') ? ['-rtsp_transport', transport] : []
  return decodeNumbers([...rtsp, '-i', url])
}

/** The same of a file. */
export function decodeFile(file: string): Promise<(number | null)[]> {
  return decodeNumbers(['-i', `file:${file}`])
}

async function decodeNumbers(input: readonly string[]): Promise<(number | null)[]> {
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-threads', '1', ...input, '-map', '0:v:0', '-fps_mode', 'passthrough'],
      ...['-vf', `scale=${widthPx}:${heightPx}:flags=area`, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  // A camera that ends only in part must not keep it for ever.
  const timer = setTimeout(() => child.kill('SIGKILL'), mostMs)
  const numbers: (number | null)[] = []
  let rest = Buffer.alloc(0)
  for await (const chunk of child.stdout) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= frameBytes) {
      numbers.push(readFrameNumber(rest.subarray(0, frameBytes), widthPx, heightPx))
      rest = rest.subarray(frameBytes)
    }
  }
  clearTimeout(timer)
  return numbers
}
