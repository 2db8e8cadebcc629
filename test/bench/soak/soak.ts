import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'
import { listen } from '../../support/listen.ts'
import { startRtspServer } from '../../support/rtsp-server.ts'
import { testVideo } from '../../support/test-video.ts'
import { type VireoProcess, vireo } from '../../support/vireo-process.ts'
import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { type ProcessSample, sampleProcess } from './process-sample.ts'
import { slope } from './slope.ts'

const sizes = {
  full: { cameras: 16, minutes: 10, everyS: 5, videoS: 60 },
  smoke: { cameras: 2, minutes: 0.12, everyS: 1, videoS: 6 },
}
/** Caches, pools and the JIT settle in the first part of the time. */
const warmUpShare = 0.3

interface Sample extends ProcessSample {
  readonly minutes: number
  readonly inferS: number
  readonly frames: number
  readonly pending: number
}

/** `vireo run` as it is delivered, with 16 RTSP cameras that alert and record all the time, for `minutes`. */
export async function run(options: BenchOptions & { minutes?: number }): Promise<BenchReport> {
  const { cameras, everyS, videoS, ...size } = options.smoke ? sizes.smoke : sizes.full
  const { log, minutes = size.minutes } = options
  const folder = mkdtempSync(join(tmpdir(), 'vireo-soak-'))
  // One alert a minute on every camera, with its clip.
  const rare = `eq=brightness='if(lt(mod(t,${videoS}),${videoS - 8 * (videoS / 60)}),-0.6,0.5)':eval=frame`
  const file = await testVideo({ name: 'rare', seconds: videoS, filter: rare })
  const ids = Array.from({ length: cameras }, (_, index) => `cam${index}`)
  const rtsp = await startRtspServer({ mounts: Object.fromEntries(ids.map((id) => [`/${id}`, file])) })
  const site = await startSite()
  let process: VireoProcess | null = null
  try {
    await writeBrightnessBundle(join(folder, 'model'))
    writeFileSync(join(folder, 'vireo.yaml'), configText({ folder, ids, url: rtsp.url, site: site.url }))
    process = vireo(['run', '--config', join(folder, 'vireo.yaml'), '--no-alerts'])
    const address = await addressOf(process)
    const samples: Sample[] = []
    const startedMs = performance.now()
    const elapsedMin = () => (performance.now() - startedMs) / 60_000
    while (elapsedMin() < minutes) {
      await sleep(everyS * 1000)
      if (process.child.exitCode !== null)
        throw new Error(`vireo run ended: ${process.errors().slice(-2000)}`)
      const metrics = await (await fetch(`${address}/metrics`)).text()
      samples.push({
        minutes: elapsedMin(),
        ...sampleProcess(process.child.pid!),
        inferS: sumOf(metrics, 'vireo_infer_run_seconds_sum'),
        frames: sumOf(metrics, 'vireo_frames_total'),
        pending: sumOf(metrics, 'vireo_outbox_pending'),
      })
      const { rssMb, fds, threads, pending } = samples.at(-1)!
      const leftMin = Math.max(0, minutes - elapsedMin())
      log(
        `${elapsedMin().toFixed(1)} min (${leftMin.toFixed(1)} left): ${Math.round(rssMb)} MB, ${fds} fds, ${threads} threads, ${pending} events wait`,
      )
    }
    return reportOf(
      samples.filter(({ minutes: at }) => at >= minutes * warmUpShare),
      { cameras, events: site.events() },
    )
  } finally {
    process?.child.kill('SIGTERM')
    await process?.ended
    await rtsp.kill()
    site.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function reportOf(
  samples: readonly Sample[],
  { cameras, events }: { cameras: number; events: number },
): BenchReport {
  const over = (pick: (sample: Sample) => number) =>
    slope(samples.map((sample) => [sample.minutes, pick(sample)] as const))
  const first = samples[0]!
  const last = samples.at(-1)!
  const spanS = (last.minutes - first.minutes) * 60
  const ownCpu = (last.cpuS - first.cpuS - (last.inferS - first.inferS)) / spanS / cameras
  const fds = slope(
    samples.map(({ minutes, fds: count, children }) => [minutes, count - 4 * children] as const),
  )
  const figures = {
    cameras,
    minutes: rounded(last.minutes),
    rssMb: rounded(last.rssMb),
    rssSlopeMbPerMin: rounded(over(({ rssMb }) => rssMb)),
    fdsSlopePerMin: rounded(fds),
    threadsSlopePerMin: rounded(over(({ threads }) => threads)),
    lagSlopePerMin: rounded(over(({ pending }) => pending)),
    lag: last.pending,
    nodeCpuPercentPerCamera: rounded(ownCpu * 100),
    framesPerSecond: rounded((last.frames - first.frames) / spanS),
    eventsReceived: events,
  }
  return {
    bench: 'soak',
    machine: machine(),
    figures,
    bars: [
      bar('growth of memory after warm-up, MB/min', figures.rssSlopeMbPerMin, '<=', 1),
      bar('growth of file descriptors beyond those of children, per min', figures.fdsSlopePerMin, '<=', 0.5),
      bar('growth of threads, per min', figures.threadsSlopePerMin, '<=', 0.1),
      bar(
        "Node's own CPU outside inference, % of a core per camera",
        figures.nodeCpuPercentPerCamera,
        '<=',
        0.5,
      ),
      bar('events that wait at the end', figures.lag, '<=', 50),
    ],
  }
}

function configText(options: {
  folder: string
  ids: readonly string[]
  url: (mount: string) => string
  site: string
}): string {
  const { folder, ids, url, site } = options
  return `version: 1
dataDir: ${join(folder, 'data')}
cameras:
${ids.map((id) => `  - { id: ${id}, url: "${url(`/${id}`)}", motion: { enabled: false } }`).join('\n')}
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
alerts:
  defaults: { clearAfterMs: 500, cooldownMs: 0 }
recording: { preRollMs: 2000, postRollMs: 1000, maxMb: 20, protectDays: 0 }
webhooks:
  - { name: site, url: "${site}", channels: [alerts, clips, camera-status] }
http: { port: 0 }
log: { level: info }
`
}

async function startSite() {
  let events = 0
  const server = createServer(async (request, response) => {
    events += (JSON.parse(await text(request)) as unknown[]).length
    response.writeHead(204).end()
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    events: () => events,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function addressOf(process: VireoProcess): Promise<string> {
  for (;;) {
    const found = /"address":"([^"]+)"/.exec(process.errors())?.[1]
    if (found) return found
    if (process.child.exitCode !== null) throw new Error(process.errors())
    await sleep(50)
  }
}

/** Sum of a metric over all its labels. */
function sumOf(metrics: string, name: string): number {
  let sum = 0
  for (const line of metrics.split('\n'))
    if (line.startsWith(name) && /[ {]/.test(line[name.length] ?? ''))
      sum += Number(line.slice(line.lastIndexOf(' ')))
  return sum
}
