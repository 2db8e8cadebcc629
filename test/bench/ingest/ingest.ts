import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { filter, firstValueFrom } from 'rxjs'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { blockMeans } from '../../../src/motion/block-means.ts'
import { testVideo } from '../../support/test-video.ts'
import { type BenchOptions, type BenchReport, bar, machine, median, rounded } from '../report.ts'

const spec = { widthPx: 224, heightPx: 224, sampleFps: 8 }
const pictures = [
  { name: '720p', widthPx: 1280, heightPx: 720 },
  { name: '1080p', widthPx: 1920, heightPx: 1080 },
]
const sizes = {
  full: { pictures, seconds: 20, rounds: 7 },
  smoke: { pictures: pictures.slice(0, 1), seconds: 3, rounds: 1 },
}
/** Clock ticks a second of /proc/PID/stat (USER_HZ). */
const ticks = 100

/** CPU of the whole ingest path (ffmpeg and Node) against bare ffmpeg, on the same file, in turn. */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const { pictures, seconds, rounds } = smoke ? sizes.smoke : sizes.full
  const figures: Record<string, number> = {}
  const bars = []
  for (const { name, widthPx, heightPx } of pictures) {
    log(`${name}: making the video`)
    const noise = 'noise=alls=8:allf=t'
    const file = await testVideo({ name: 'noisy', widthPx, heightPx, seconds, filter: noise })
    const bare: number[] = []
    const whole: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await bareFfmpeg(file, seconds))
      whole.push(await ingestPath(file, seconds))
      log(
        `${name} ${round + 1}/${rounds}: bare ${bare.at(-1)!.toFixed(0)}, ingest ${whole.at(-1)!.toFixed(0)} ms/s`,
      )
    }
    const ratio = rounded(median(whole.map((value, index) => value / bare[index]!)))
    figures[`${name} bare ffmpeg, CPU ms per second of video`] = rounded(median(bare))
    figures[`${name} ingest path, CPU ms per second of video`] = rounded(median(whole))
    bars.push(bar(`${name} ingest CPU / bare ffmpeg`, ratio, '<=', 1.15))
  }
  return { bench: 'ingest', machine: machine(), figures, bars }
}

async function bareFfmpeg(file: string, seconds: number): Promise<number> {
  const filter = `fps=${spec.sampleFps},scale=${spec.widthPx}:${spec.heightPx}:flags=area,format=rgb24`
  const args = ['-nostdin', '-v', 'error', '-threads', '1', '-i', file, '-filter_threads', '1', '-vf', filter]
  const beforeMs = childrenCpuMs()
  await once(spawn('ffmpeg', [...args, '-f', 'null', '-'], { stdio: 'ignore' }), 'close')
  return (childrenCpuMs() - beforeMs) / seconds
}

/** The camera source with its motion measure, as in the live path. */
async function ingestPath(file: string, seconds: number): Promise<number> {
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: 'bench', url: file, realtime: false, stallTimeoutMs: 30_000 }),
    streams: [spec],
    record: true,
    clock: systemClock,
    spawn,
    random: Math.random,
    telemetry: noTelemetry,
  })
  let frames = 0
  source.frames$(spec).subscribe(({ data, widthPx, heightPx }) => {
    blockMeans(data, widthPx, heightPx)
    frames += 1
  })
  source.fragments$.subscribe()
  const before = { own: process.cpuUsage(), childrenMs: childrenCpuMs() }
  // The file ends: the camera is offline until its next connection, which is not waited for.
  const ended = firstValueFrom(source.status$.pipe(filter(({ state }) => state === 'offline')))
  source.start()
  await ended
  const { user, system } = process.cpuUsage(before.own)
  await source.close()
  if (frames < seconds * spec.sampleFps - 2) throw new Error(`only ${frames} frames came`)
  return (childrenCpuMs() - before.childrenMs + (user + system) / 1000) / seconds
}

/** CPU time of all children that have ended, with their own: whatever stands between Node and ffmpeg is counted. */
function childrenCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]!.split(' ')
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticks
}
