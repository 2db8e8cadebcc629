import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRandom, type Random } from '../../src/core/random.ts'

/** What happens before a camera of the test's site. */
export const movements = ['fall', 'walk-right', 'walk-left', 'shutter', 'light'] as const
export type Movement = (typeof movements)[number]

export interface Happening {
  readonly movement: Movement
  readonly fromMs: number
  readonly toMs: number
}

const sidePx = 64
const fps = 16
const lastsMs = 2000
const quietMs = 2000
/** Before the first one, and after the last one, so that its alert ends while the camera is there. */
const leadMs = 1500
const tailMs = 3500

/**
 * A video of one camera: its own background and light, with the movements one after the other and stillness between
 * them. The same seed gives the same pictures.
 */
export async function siteFootage(options: {
  file: string
  seed: number
  movements: readonly Movement[]
}): Promise<Happening[]> {
  const random = createRandom(options.seed)
  const happenings = options.movements.map((movement, n) => {
    const fromMs = leadMs + n * (lastsMs + quietMs)
    return { movement, fromMs, toMs: fromMs + lastsMs }
  })
  const seconds = (leadMs + happenings.length * (lastsMs + quietMs) - quietMs + tailMs) / 1000
  const scene = createScene(random.fork('scene'))
  const acts = happenings.map((each, n) => ({
    ...each,
    draw: createAct(each.movement, random.fork(`act ${n}`)),
  }))
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${sidePx}x${sidePx}`],
      ...['-r', String(fps), '-i', 'pipe:0', '-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '12'],
      ...['-bf', '0', '-g', String(fps / 2), '-threads', '1', '-pix_fmt', 'yuv420p', options.file],
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  )
  const ended = once(child, 'close')
  for (let frame = 0; frame < Math.round(seconds * fps); frame += 1) {
    const atMs = (frame * 1000) / fps
    const picture = scene()
    const act = acts.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)
    act?.draw(picture, (atMs - act.fromMs) / lastsMs)
    child.stdin.write(Uint8Array.from(picture, (value) => Math.max(0, Math.min(255, Math.round(value)))))
  }
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`)
  return happenings
}

/** The empty picture of a camera, each time with other noise. */
function createScene(random: Random): () => Float32Array {
  const grey = random.range(40, 110)
  const [across, down] = [random.range(-25, 25), random.range(-25, 25)]
  const still = Float32Array.from({ length: sidePx ** 2 }, (_, at) => {
    const [x, y] = [(at % sidePx) / sidePx, Math.floor(at / sidePx) / sidePx]
    return grey + across * x + down * y + random.range(-8, 8)
  })
  return () => still.map((value) => value + random.range(-2, 2))
}

/** Draws a movement; `share` is how much of it is over. */
function createAct(movement: Movement, random: Random): (picture: Float32Array, share: number) => void {
  if (movement === 'light') {
    const height = random.range(25, 60)
    return (picture, share) => {
      for (const [at, value] of picture.entries()) picture[at] = value + height * Math.sin(Math.PI * share)
    }
  }
  const size = random.range(13, 20)
  const brightness = random.range(200, 250)
  const across = random.range(4, sidePx - size - 4)
  const from = random.range(-size / 2, 4)
  const way = random.range(42, 50)
  return (picture, share) => {
    const along = from + way * share
    const back = sidePx - size - along
    const [left, top] = {
      fall: [across, along],
      shutter: [across, back],
      'walk-right': [along, across],
      'walk-left': [back, across],
    }[movement] as [number, number]
    for (let y = Math.max(0, Math.round(top)); y < Math.min(sidePx, top + size); y += 1)
      for (let x = Math.max(0, Math.round(left)); x < Math.min(sidePx, left + size); x += 1)
        picture[y * sidePx + x] = brightness
  }
}
