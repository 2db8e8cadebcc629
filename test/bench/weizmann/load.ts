import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPersonFinder, type PersonBox } from './person-boxes.ts'

/** One clip of one action of one person, cut around the person. */
export interface ActionVideo {
  readonly label: string
  readonly subject: string
  /** rgb24 [count, side, side, 3] */
  readonly frames: Uint8Array
  readonly count: number
}

export const side = 64
export const fps = 25
/** How much larger than the person the cut is. */
const margin = 1.25

/** The clips of the Weizmann action set, each cut around its person; decoded and cut once, then cached. */
export async function loadWeizmann(options: {
  dataDir: string
  detectorFile: string
  cacheDir: string
  threads: number
  log: (line: string) => void
}): Promise<ActionVideo[]> {
  const { dataDir, detectorFile, cacheDir, threads, log } = options
  const rows = readFileSync(join(dataDir, 'labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1)
  const finder = await createPersonFinder(detectorFile, threads)
  mkdirSync(cacheDir, { recursive: true })
  const videos: ActionVideo[] = []
  for (const row of rows) {
    const [path, label, subject] = row.split(',') as [string, string, string]
    const cached = join(cacheDir, `${path.replaceAll('/', '_')}.${side}.rgb`)
    if (!existsSync(cached)) {
      log(`cutting ${path}`)
      writeFileSync(cached, await cut(join(dataDir, path), finder))
    }
    const frames = new Uint8Array(readFileSync(cached))
    videos.push({ label, subject, frames, count: frames.length / (side * side * 3) })
  }
  await finder.close()
  return videos
}

async function cut(
  file: string,
  finder: Awaited<ReturnType<typeof createPersonFinder>>,
): Promise<Uint8Array> {
  const run = promisify(execFile)
  const probe = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file]
  const [widthPx, heightPx] = (await run('ffprobe', probe)).stdout.trim().split(',').map(Number) as [
    number,
    number,
  ]
  const args = ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 30 })
  const size = widthPx * heightPx * 3
  const frames = Array.from({ length: stdout.length / size }, (_, n) =>
    stdout.subarray(n * size, (n + 1) * size),
  )
  const boxes: (PersonBox | null)[] = []
  for (const frame of frames) boxes.push(await finder.find(frame, widthPx, heightPx))
  const path = smoothPath(boxes, { widthPx, heightPx })
  const out = new Uint8Array(frames.length * side * side * 3)
  frames.forEach((frame, n) => {
    resample(frame, { widthPx, heightPx }, { ...path, xPx: path.xPx[n]! }, out.subarray(n * side * side * 3))
  })
  return out
}

/** A window of one size and height that follows the person sideways: what goes up and down stays visible. */
function smoothPath(boxes: readonly (PersonBox | null)[], frame: { widthPx: number; heightPx: number }) {
  const found = boxes.filter((box) => box !== null)
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const heightPx = found.length > 0 ? median(found.map((box) => box.heightPx)) : frame.heightPx
  const yPx = found.length > 0 ? median(found.map((box) => box.yPx + box.heightPx / 2)) : frame.heightPx / 2
  const centres = boxes.map((box) => (box ? box.xPx + box.widthPx / 2 : null))
  const filled = centres.map((x, n) => x ?? nearest(centres, n) ?? frame.widthPx / 2)
  const xPx = filled.map((_, n) => {
    const near = filled.slice(Math.max(0, n - 6), n + 7)
    return near.reduce((sum, x) => sum + x, 0) / near.length
  })
  return { xPx, yPx, sidePx: heightPx * margin }
}

function nearest(values: readonly (number | null)[], at: number): number | null {
  for (let distance = 1; distance < values.length; distance += 1) {
    const found = values[at - distance] ?? values[at + distance]
    if (found !== undefined && found !== null) return found
  }
  return null
}

/** Bilinear, with the border repeated outside. */
function resample(
  frame: Uint8Array,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  window: { xPx: number; yPx: number; sidePx: number },
  out: Uint8Array,
): void {
  const step = window.sidePx / side
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value))
  for (let y = 0; y < side; y += 1) {
    const sy = clamp(window.yPx + (y + 0.5 - side / 2) * step - 0.5, heightPx - 1)
    const [y0, fy] = [Math.floor(sy), sy - Math.floor(sy)]
    const y1 = Math.min(heightPx - 1, y0 + 1)
    for (let x = 0; x < side; x += 1) {
      const sx = clamp(window.xPx + (x + 0.5 - side / 2) * step - 0.5, widthPx - 1)
      const [x0, fx] = [Math.floor(sx), sx - Math.floor(sx)]
      const x1 = Math.min(widthPx - 1, x0 + 1)
      for (let channel = 0; channel < 3; channel += 1) {
        const at = (row: number, column: number) => frame[(row * widthPx + column) * 3 + channel]!
        const top = at(y0, x0) * (1 - fx) + at(y0, x1) * fx
        const bottom = at(y1, x0) * (1 - fx) + at(y1, x1) * fx
        out[(y * side + x) * 3 + channel] = Math.round(top * (1 - fy) + bottom * fy)
      }
    }
  }
}
