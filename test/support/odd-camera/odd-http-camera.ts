import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { listen } from '../listen.ts'
import { type Media, ticksPerSecond } from './media.ts'
import type { OddCamera } from './odd-camera.ts'

export interface OddHttpScript {
  /** multipart: pictures in MJPEG one after the other, with no time at all; ts: MPEG-TS. */
  readonly kind: 'multipart' | 'ts'
  readonly media: Media
  /** What is answered instead of the video. */
  readonly refusal?: { readonly say: number | 'nothing'; readonly times?: number }
  /** Whether the address only says where the video is. */
  readonly redirects?: boolean
}

/** Bytes, and when they are sent, in seconds. */
type Piece = readonly [dueS: number, bytes: Buffer]

const runTool = promisify(execFile)

/** A camera over HTTP, which has one time line for all clients and begins with the first one. */
export async function createOddHttpCamera(script: OddHttpScript): Promise<OddCamera> {
  const { kind, media, refusal } = script
  const pieces = kind === 'ts' ? await transportPieces(media) : multipartPieces(media)
  const requests: string[] = []
  let left = refusal ? (refusal.times ?? Number.POSITIVE_INFINITY) : 0
  let startedMs: number | null = null
  const timers = new Set<NodeJS.Timeout>()

  const play = (response: ServerResponse) => {
    startedMs ??= performance.now()
    const begunMs = startedMs
    const joinedS = (performance.now() - begunMs) / 1000
    let next = pieces.findIndex(([dueS]) => dueS >= joinedS - 0.01)
    const timer = setInterval(() => {
      const nowS = (performance.now() - begunMs) / 1000
      while (next >= 0 && next < pieces.length && pieces[next]![0] <= nowS) response.write(pieces[next++]![1])
      if (next >= 0 && next < pieces.length) return
      clearInterval(timer)
      response.end()
    }, 5)
    timers.add(timer)
    response.on('close', () => {
      clearInterval(timer)
      timers.delete(timer)
    })
  }

  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.on('error', () => {})
    if (refusal && left > 0) {
      left -= 1
      if (refusal.say !== 'nothing') response.writeHead(refusal.say).end()
      return
    }
    if (script.redirects && request.url === '/odd')
      return response.writeHead(302, { location: '/elsewhere' }).end()
    const type = kind === 'ts' ? 'video/mp2t' : 'multipart/x-mixed-replace; boundary=odd'
    response.writeHead(200, { 'content-type': type })
    play(response)
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/odd`,
    requests,
    startedMs: () => startedMs,
    async close() {
      for (const timer of timers) clearInterval(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function multipartPieces({ units }: Media): Piece[] {
  return units.map(({ dtsTicks, parts }) => {
    const [jpeg] = parts
    const head = `--odd\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg!.length}\r\n\r\n`
    return [dtsTicks / ticksPerSecond, Buffer.concat([Buffer.from(head), jpeg!, Buffer.from('\r\n')])]
  })
}

/** The same video as MPEG-TS, cut where its pictures begin. */
async function transportPieces(media: Media): Promise<Piece[]> {
  const file = media.file.replace(/\.mp4$/, '.ts')
  if (!existsSync(file)) {
    const part = `${file}.${randomUUID()}`
    await runTool('ffmpeg', ['-v', 'error', '-y', '-i', media.file, '-c', 'copy', '-f', 'mpegts', part])
    renameSync(part, file)
  }
  const { stdout } = await runTool('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pos,dts', '-of', 'csv=p=0', file],
  ])
  const packets = stdout
    .trim()
    .split(/\n+/)
    .map((line) => line.split(',').map(Number) as [number, number])
  const bytes = readFileSync(file)
  const [[firstDts] = [0]] = packets
  return packets.map(([dts], index) => {
    const from = index === 0 ? 0 : packets[index]![1]
    const to = packets[index + 1]?.[1] ?? bytes.length
    return [(dts - firstDts) / ticksPerSecond, bytes.subarray(from, to)]
  })
}
