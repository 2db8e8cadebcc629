import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPersonFinder, type PersonBox } from './person-boxes.ts'

/** One clip of one action of one person: the strip of the picture in which the person moves. */
export interface ActionVideo {
  readonly label: string
  readonly subject: string
  /** Brightness over that of the empty scene, uint8 [count, side, widthPx]: clothes say nothing about what people do. */
  readonly grey: Uint8Array
  readonly widthPx: number
  readonly count: number
  /** Where the middle of the person is in each frame, pixels of the strip. */
  readonly centres: readonly number[]
}

/** Height of the strips. */
export const side = 64
export const fps = 25
/** How much higher than the person a strip is. */
const margin = 1.25

export interface LoadOptions {
  readonly dataDir: string
  readonly detectorFile: string
  readonly cacheDir: string
  /** Which clips are read, by "label,subject"; null: all. */
  readonly only: RegExp | null
  readonly threads: number
  readonly log: (line: string) => void
}

/** The clips of the Weizmann action set, each cut to the height of its person; decoded and cut once, then cached. */
export async function loadWeizmann(options: LoadOptions): Promise<ActionVideo[]> {
  const { dataDir, detectorFile, cacheDir, only, threads, log } = options
  const rows = readFileSync(join(dataDir, 'labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1)
  const finder = await createPersonFinder(detectorFile, threads)
  mkdirSync(cacheDir, { recursive: true })
  const videos: ActionVideo[] = []
  for (const row of rows) {
    const [path, label, subject] = row.split(',') as [string, string, string]
    if (only && !only.test(`${label},${subject}`)) continue
    const stem = join(cacheDir, `${path.replaceAll('/', '_')}.${side}`)
    if (!existsSync(`${stem}.json`)) {
      log(`cutting ${path}`)
      const { grey, ...rest } = await cut(join(dataDir, path), finder)
      writeFileSync(`${stem}.grey`, grey)
      writeFileSync(`${stem}.json`, JSON.stringify(rest))
    }
    const rest = JSON.parse(readFileSync(`${stem}.json`, 'utf8')) as { widthPx: number; centres: number[] }
    const grey = new Uint8Array(readFileSync(`${stem}.grey`))
    liftFromBackground(grey, rest.centres.length)
    videos.push({ label, subject, grey, count: rest.centres.length, ...rest })
  }
  await finder.close()
  return videos
}

/** How much of a pixel's own brightness is left, and how much its difference to the empty scene counts. */
const shown = { own: 0.25, moving: 1 }

/**
 * Lets what moves stand out, in place: the camera stands still, so that the median of a pixel over the clip is the empty
 * scene. What a person does not move is in it too, which is why some of the picture itself is kept.
 */
function liftFromBackground(grey: Uint8Array, count: number): void {
  const size = grey.length / count
  const over = new Uint8Array(count)
  for (let pixel = 0; pixel < size; pixel += 1) {
    for (let frame = 0; frame < count; frame += 1) over[frame] = grey[frame * size + pixel]!
    const empty = over.sort()[count >> 1]!
    for (let at = pixel; at < grey.length; at += size) {
      const own = grey[at]!
      const value = 128 + shown.own * (own - 128) + shown.moving * (own - empty)
      grey[at] = Math.max(0, Math.min(255, Math.round(value)))
    }
  }
}

async function cut(file: string, finder: Awaited<ReturnType<typeof createPersonFinder>>) {
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
  const scale = side / path.sidePx
  const stripPx = Math.round(widthPx * scale)
  const grey = new Uint8Array(frames.length * side * stripPx)
  frames.forEach((frame, n) => {
    resample(
      frame,
      { widthPx, heightPx },
      { yPx: path.yPx, scale },
      grey.subarray(n * side * stripPx, (n + 1) * side * stripPx),
    )
  })
  return { widthPx: stripPx, centres: path.xPx.map((x) => x * scale), grey }
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

/** The brightness of a strip of the frame, in another size. Bilinear, with the border repeated outside. */
function resample(
  frame: Uint8Array,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  { yPx, scale }: { yPx: number; scale: number },
  out: Uint8Array,
): void {
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value))
  const brightness = (y: number, x: number) => {
    const at = (y * widthPx + x) * 3
    return (frame[at]! + 2 * frame[at + 1]! + frame[at + 2]!) / 4
  }
  const stripPx = out.length / side
  for (let y = 0; y < side; y += 1) {
    const sy = clamp(yPx + (y + 0.5 - side / 2) / scale - 0.5, heightPx - 1)
    const [y0, fy] = [Math.floor(sy), sy - Math.floor(sy)]
    const y1 = Math.min(heightPx - 1, y0 + 1)
    for (let x = 0; x < stripPx; x += 1) {
      const sx = clamp((x + 0.5) / scale - 0.5, widthPx - 1)
      const [x0, fx] = [Math.floor(sx), sx - Math.floor(sx)]
      const x1 = Math.min(widthPx - 1, x0 + 1)
      const top = brightness(y0, x0) * (1 - fx) + brightness(y0, x1) * fx
      const bottom = brightness(y1, x0) * (1 - fx) + brightness(y1, x1) * fx
      out[y * stripPx + x] = Math.round(top * (1 - fy) + bottom * fy)
    }
  }
}
