import { execFile, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import { streamHealth } from '../../../src/camera/stream-health.ts'
import { cameraSchema } from '../../../src/config/schema.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { listen } from '../../support/listen.ts'
import { testVideo } from '../../support/test-video.ts'
import type { BenchOptions, Log } from '../report.ts'
import type { FaultTimes, PictureFigures } from './pictures.ts'

const spec = { widthPx: 160, heightPx: 96, sampleFps: 8 }
const sizes = { full: { fromS: 15, toS: 35, seconds: 56 }, smoke: { fromS: 2, toS: 4, seconds: 6 } }
const noise = 'noise=alls=3:allf=t'

/** Three cameras over HTTP, each a stream that breaks in another way and is whole again later. */
export async function measureStreams(
  folder: string,
  { log, smoke }: BenchOptions,
): Promise<Record<string, PictureFigures>> {
  const times = smoke ? sizes.smoke : sizes.full
  const { seconds } = times
  const files = {
    slow: await slowStream(folder, times),
    corrupt: await transportStream(
      folder,
      await testVideo({ name: 'fault-corrupt', seconds, filter: noise }),
    ),
    clock: await jumpingStream(folder, times),
  }
  damage(files.corrupt, times)
  const measured = Object.entries(files).map(
    async ([name, file]) => [name, await watch({ name, file, times, log })] as const,
  )
  return Object.fromEntries(await Promise.all(measured))
}

async function watch(options: {
  name: string
  file: string
  times: FaultTimes
  log: Log
}): Promise<PictureFigures> {
  const { name, file, times, log } = options
  const { fromS, toS, seconds } = times
  const server = await servePaced(file, seconds)
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: name, url: server.url, realtime: false }),
    streams: [spec],
    clock: systemClock,
    spawn,
    random: () => 1,
    telemetry: noTelemetry,
  })
  let noticed = Number.POSITIVE_INFINITY
  let recovered = Number.POSITIVE_INFINITY
  const frames = source.frames$(spec)
  const health = { sampleFps: spec.sampleFps, damage: source.damage, realtime: true }
  frames.pipe(streamHealth(health)).subscribe((state) => {
    const second = server.second()
    log(`stream ${name}: ${state} at ${second.toFixed(1)} s`)
    if (state === name) noticed = Math.min(noticed, second - fromS)
    // A jump is over when it has happened.
    const endS = name === 'clock' ? fromS : toS
    if (state === 'ok' && second > endS) recovered = Math.min(recovered, second - endS)
  })
  source.start()
  await server.sent
  await source.close()
  server.close()
  return { noticedS: noticed, recoveredS: recovered }
}

async function transportStream(folder: string, video: string, ...more: string[]): Promise<string> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.ts`)
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-i', video, ...more, '-c', 'copy', '-muxrate', '6M', '-f', 'mpegts', file],
  ])
  return file
}

/** Three pictures a second instead of 25, from the beginning of the fault to its end. */
async function slowStream(folder: string, { fromS, toS, seconds }: FaultTimes): Promise<string> {
  const during = `between(t,${fromS},${toS})`
  const file = join(folder, 'slow.ts')
  const video = await testVideo({ name: 'fault-corrupt', seconds, filter: noise })
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-i', video, '-vf', `select='not(${during})+not(mod(n,8))'`, '-fps_mode', 'vfr'],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '0',
      '-g',
      '25',
      '-muxrate',
      '6M',
      '-f',
      'mpegts',
      file,
    ],
  ])
  return file
}

/** The timestamps are five seconds ahead from the beginning of the fault to its end. */
async function jumpingStream(folder: string, { fromS, toS, seconds }: FaultTimes): Promise<string> {
  const video = await testVideo({ name: 'fault-corrupt', seconds, filter: noise })
  const parts = [
    ['-to', `${fromS}`],
    ['-ss', `${fromS}`, '-to', `${toS}`, '-output_ts_offset', `${fromS + 5}`],
    ['-ss', `${toS}`, '-output_ts_offset', `${toS}`],
  ]
  const bytes = []
  for (const part of parts) bytes.push(readFileSync(await transportStream(folder, video, ...part)))
  const file = join(folder, 'jumps.ts')
  writeFileSync(file, Buffer.concat(bytes))
  return file
}

/** Turns bytes over, from the beginning of the fault to its end. */
function damage(file: string, { fromS, toS, seconds }: FaultTimes): void {
  const bytes = readFileSync(file)
  const at = (second: number) => Math.floor((bytes.length * second) / seconds)
  for (let index = at(fromS); index < at(toS); index += 4001) bytes[index] = bytes[index]! ^ 0xff
  writeFileSync(file, bytes)
}

/** Sends a file of constant bit rate at the speed of its video, to whoever comes first. */
async function servePaced(file: string, seconds: number) {
  const bytes = readFileSync(file)
  let startedMs = Number.NaN
  const second = () => (performance.now() - startedMs) / 1000
  let done = () => {}
  const sent = new Promise<void>((resolve) => {
    done = resolve
  })
  const server = createServer(async (_request, response) => {
    startedMs = performance.now()
    response.writeHead(200, { 'content-type': 'video/mp2t' })
    for (let at = 0; at < bytes.length && !response.destroyed; ) {
      const until = Math.min(bytes.length, Math.ceil((bytes.length * second()) / seconds))
      response.write(bytes.subarray(at, until))
      at = until
      await sleep(40)
    }
    done()
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/camera.ts`,
    second,
    sent,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
