import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { filter, firstValueFrom, take, toArray } from 'rxjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import { jpegSize } from '../../src/camera/http/multipart-pictures.ts'
import { takePicture } from '../../src/camera/take-picture.ts'
import { cameraSchema } from '../../src/config/schema.ts'
import type { CameraStatus } from '../../src/core/camera-status.ts'
import { systemClock } from '../../src/core/clock.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { listen } from '../support/listen.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: cameras over HTTP (ffmpeg is missing)\n')

const run = promisify(execFile)
const spec = { widthPx: 32, heightPx: 32, sampleFps: 100 }
const open: (() => unknown)[] = []
let folder: string
let pictures: Buffer[]

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('http')
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=25']
  await run('ffmpeg', ['-v', 'error', ...source, '-t', '1', join(folder, '%03d.jpg')])
  pictures = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)))
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p']
  const hls = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', join(folder, 'a.m3u8')]
  await run('ffmpeg', ['-v', 'error', ...source, '-t', '4', ...encoder, ...hls])
})
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await listen(server)
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends a picture each time, with or without saying how long it is. */
const motionJpeg =
  (fps: number, stated = true): RequestListener =>
  (request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' })
    let n = 0
    const timer = setInterval(() => {
      const picture = pictures[n % pictures.length]!
      const length = stated ? `Content-Length: ${picture.length}\r\n` : ''
      response.write(`--b\r\nContent-Type: image/jpeg\r\n${length}\r\n`)
      response.write(picture)
      response.write('\r\n')
      n += 1
    }, 1000 / fps)
    request.on('close', () => clearInterval(timer))
  }

function attach(url: string) {
  const started: number[] = []
  const source = createCameraSource({
    camera: cameraSchema.parse({ id: 'gate', url }),
    streams: [spec],
    record: true,
    clock: systemClock,
    spawn: ((...args: Parameters<typeof spawn>) => {
      started.push(1)
      return spawn(...args)
    }) as typeof spawn,
    random: () => 0,
    telemetry: noTelemetry,
  })
  open.push(() => source.close())
  const reaches = (is: (status: CameraStatus) => boolean) => firstValueFrom(source.status$.pipe(filter(is)))
  source.start()
  return { source, started, reaches }
}

describe.skipIf(!ready)('cameras over HTTP', () => {
  it('shows its first picture', async () => {
    const url = await serve(motionJpeg(25))
    const picture = await takePicture(`${url}/video`)
    expect(jpegSize(picture)).toEqual({ widthPx: 160, heightPx: 96 })
    const gone = await serve((_request, response) => void response.writeHead(401).end())
    await expect(takePicture(`${gone}/video`)).rejects.toMatchObject({ code: 'CAMERA_UNAUTHORIZED' })
  })

  it.each([
    [2, true],
    [5, false],
    [50, true],
  ])(
    'gives pictures without times those of their arrival: %s a second, length stated: %s',
    async (fps, stated) => {
      const { source } = attach(await serve(motionJpeg(fps, stated)))
      const fragment = firstValueFrom(source.fragments$.pipe(filter(({ kind }) => kind === 'media')))
      const frames = await firstValueFrom(source.frames$(spec).pipe(take(Math.max(4, fps)), toArray()))
      const [first, last] = [frames[0]!, frames.at(-1)!]
      const media = (last.ptsUs - first.ptsUs) / 1000
      const life = last.arrivalMonoMs - first.arrivalMonoMs
      // What came while ffmpeg started is there at once.
      expect(Math.abs(media - life)).toBeLessThan(Math.max(700, 1000 / fps))
      expect((await fragment).ptsUs).toBeLessThan(1_000_000)
    },
  )

  it('reads HLS from the camera alone', async () => {
    const camera = await serve((request, response) => {
      const path = join(folder, new URL(request.url!, 'http://h').pathname.slice(1))
      if (!existsSync(path)) return response.writeHead(404).end()
      return response.writeHead(200).end(readFileSync(path))
    })
    const { source } = attach(`${camera}/a.m3u8`)
    const frames = await firstValueFrom(source.frames$(spec).pipe(take(60), toArray()))
    const steps = frames.slice(1).map(({ ptsUs }, n) => ptsUs - frames[n]!.ptsUs)
    expect(steps.every((us) => Math.abs(us - 40_000) <= 2)).toBe(true)
  })

  it('lets no camera send a request anywhere else', async () => {
    let asked = 0
    const inside = await serve((_request, response) => {
      asked += 1
      response.writeHead(200).end('secret')
    })
    const answers: readonly RequestListener[] = [
      (_request, response) => response.writeHead(302, { location: `${inside}/x` }).end(),
      (_request, response) => response.writeHead(200).end(`#EXTM3U\n#EXTINF:1,\n${inside}/x.ts\n`),
      (_request, response) => response.writeHead(200).end(`ffconcat version 1.0\nfile '${inside}/x'\n`),
      (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'application/sdp' })
          .end(`v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`),
      (_request, response) => response.writeHead(200).end(`#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n`),
    ]
    for (const answer of answers) {
      const camera = attach(await serve(answer))
      const { code } = await camera.reaches(({ state }) => state === 'offline')
      expect(['CAMERA_REFUSED', 'MEDIA_NO_VIDEO']).toContain(code)
      await camera.source.close()
    }
    expect(asked).toBe(0)
  })

  it.each([
    [403, 'CAMERA_UNAUTHORIZED', /403/],
    [404, 'CAMERA_NOT_FOUND', /no stream/],
    [500, 'CAMERA_REFUSED', /500/],
    [503, 'CAMERA_BUSY', /503/],
  ])('says what the camera answered: %s', async (status, code, words) => {
    const camera = attach(await serve((_request, response) => response.writeHead(status).end()))
    const told = await camera.reaches(({ state }) => state === 'offline')
    expect([told.code, told.reason]).toEqual([code, expect.stringMatching(words)])
    expect(camera.started).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('leaves no ffmpeg behind when it is killed', async () => {
    // A camera that sends one picture and then is quiet: nothing would be written that shows a closed pipe.
    const quiet = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' })
      response.write(`--b\r\nContent-Length: ${pictures[0]!.length}\r\n\r\n`)
      response.write(pictures[0]!)
    })
    const from = (path: string) => JSON.stringify(join(import.meta.dirname, '../../src', path))
    const script = `import { spawn } from 'node:child_process'
      import { createCameraSource } from ${from('camera/camera-source.ts')}
      import { systemClock as clock } from ${from('core/clock.ts')}
      import { noTelemetry as telemetry } from ${from('core/telemetry-port.ts')}
      import { cameraSchema } from ${from('config/schema.ts')}
      const camera = cameraSchema.parse({ id: 'gate', url: ${JSON.stringify(quiet)} })
      createCameraSource({ camera, streams: [], record: true, clock, random: () => 0, telemetry,
        spawn: (...args) => { const child = spawn(...args); console.log(child.pid); return child } }).start()`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    open.push(() => parent.kill('SIGKILL'))
    const [pid] = await new Promise<string[]>((resolve) =>
      createInterface(parent.stdout).once('line', (line) => resolve([line])),
    )
    parent.kill('SIGKILL')
    const alive = () => {
      try {
        return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    }
    await expect.poll(alive, { timeout: 5000 }).toBe(false)
  })
})
