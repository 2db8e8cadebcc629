import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { blockMeans } from '../../../src/motion/block-means.ts'
import { testVideo } from '../../support/test-video.ts'
import { type BenchReport, bar, type Log, machine, median, rounded } from '../report.ts'

const rounds = 7
const spec = { widthPx: 224, heightPx: 224, sampleFps: 8 }
const sizes = [
  { name: '720p', widthPx: 1280, heightPx: 720 },
  { name: '1080p', widthPx: 1920, heightPx: 1080 },
]
const seconds = 20
/** Clock ticks a second of /proc/PID/stat (USER_HZ). */
const ticks = 100

/** CPU of the whole ingest path (ffmpeg and Node) against bare ffmpeg, on the same file, in turn. */
export async function run({ log }: { log: Log }): Promise<BenchReport> {
  const figures: Record<string, number> = {}
  const bars = []
  for (const { name, widthPx, heightPx } of sizes) {
    log(`${name}: making the video`)
    const noise = 'noise=alls=8:allf=t'
    const file = await testVideo({ name: 'noisy', widthPx, heightPx, seconds, filter: noise })
    const bare: number[] = []
    const whole: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await bareFfmpeg(file))
      whole.push(await ingestPath(file))
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

async function bareFfmpeg(file: string): Promise<number> {
  const filter = `fps=${spec.sampleFps},scale=${spec.widthPx}:${spec.heightPx}:flags=area,format=rgb24`
  const args = ['-nostdin', '-v', 'error', '-threads', '1', '-i', file, '-filter_threads', '1', '-vf', filter]
  const child = spawn('ffmpeg', [...args, '-f', 'null', '-'], { stdio: 'ignore' })
  const cpuMs = await childCpuMs(child)
  return cpuMs / seconds
}

/** The camera source with its motion measure, as in the live path. */
async function ingestPath(file: string): Promise<number> {
  let child: ChildProcess | null = null
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: 'bench', url: file, realtime: false, stallTimeoutMs: 30_000 }),
    streams: [spec],
    record: true,
    clock: systemClock,
    spawn: ((...args: Parameters<typeof spawn>) => {
      child = spawn(...args)
      return child
    }) as typeof spawn,
    random: Math.random,
    telemetry: noTelemetry,
  })
  let frames = 0
  source.frames$(spec).subscribe(({ data, widthPx, heightPx }) => {
    blockMeans(data, widthPx, heightPx)
    frames += 1
  })
  source.fragments$.subscribe()
  const before = process.cpuUsage()
  source.start()
  const ffmpegMs = await childCpuMs(child!)
  const { user, system } = process.cpuUsage(before)
  await source.close()
  if (frames < seconds * spec.sampleFps - 2) throw new Error(`only ${frames} frames came`)
  return (ffmpegMs + (user + system) / 1000) / seconds
}

/** CPU time of a child over its whole life. It is read while the child is a zombie or just before it ends. */
function childCpuMs(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let latest = 0
    const read = () => {
      try {
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
        latest = ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks
      } catch {
        // It has ended; the last reading stands.
      }
    }
    const timer = setInterval(read, 5)
    child.on('error', reject)
    child.on('close', () => {
      clearInterval(timer)
      resolve(latest)
    })
  })
}
