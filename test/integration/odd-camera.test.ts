import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeMedia } from '../support/odd-camera/encode-media.ts'
import { type Heard, type HeardPacket, listenRtsp } from '../support/odd-camera/listen-rtsp.ts'
import type { MediaCodec } from '../support/odd-camera/media.ts'
import { createOddCamera, type OddCamera } from '../support/odd-camera/odd-camera.ts'
import { createOddHttpCamera } from '../support/odd-camera/odd-http-camera.ts'
import { decodeDirectly } from '../support/odd-camera/reference-decode.ts'
import type { OddScript, Refusal, RtspMethod, Step } from '../support/odd-camera/script.ts'
import { hasTool } from '../support/prepare-machine.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: the odd camera (ffmpeg is missing)\n')

const cameras: OddCamera[] = []
afterAll(async () => {
  await Promise.all(cameras.splice(0).map((camera) => camera.close()))
})

const short = (codec: MediaCodec = 'h264', bFrames = 0) =>
  encodeMedia({ name: 'short', codec, seconds: 3, bFrames, heightPx: codec === 'mjpeg' ? 192 : 180 })

async function start(script: Partial<OddScript>): Promise<OddCamera> {
  const camera = await createOddCamera({ media: await short(), ...script })
  cameras.push(camera)
  return camera
}

const all = (count: number) => Array.from({ length: count }, (_, number) => number)

/** Times of the pictures as ffprobe reads them from the camera, ticks of 90 kHz from the first one's. */
async function timesOf(url: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ffprobe', [
    ...['-v', 'error', '-rtsp_transport', 'tcp', '-select_streams', 'v:0'],
    ...['-show_entries', 'packet=pts', '-of', 'csv=p=0', url],
  ])
  const read = stdout.trim().split(/\n+/).map(Number.parseFloat)
  // ffmpeg knows no time before the second packet.
  const known = read.filter((ticks) => Number.isFinite(ticks)).sort((a, b) => a - b)
  return known.map((ticks) => ticks - known[0]!)
}

describe.skipIf(!ready).concurrent('the odd camera, when nothing is odd', () => {
  it.each([
    ['h264', 0, 'tcp'],
    ['h264', 2, 'udp'],
    ['h265', 3, 'tcp'],
    ['vp8', 0, 'udp'],
    ['mjpeg', 0, 'tcp'],
  ] as const)('gives every picture of %s with %d B-frames over %s', async (codec, bFrames, transport) => {
    const camera = await start({ media: await short(codec, bFrames) })
    const numbers = await decodeDirectly(camera.url, transport)
    // ffmpeg holds back the last one until it knows how long it lasts, and the end is an abrupt one.
    expect(numbers).toEqual(all(75).slice(0, Math.max(74, numbers.length)))
  })

  it.each([0, 2])('keeps the times of the encoder with %d B-frames', async (bFrames) => {
    const camera = await start({ media: await short('h264', bFrames) })
    const times = await timesOf(camera.url)
    expect(times.length).toBeGreaterThan(71)
    expect(times).toEqual(all(times.length).map((index) => index * 3600))
  })

  it.each([
    ['multipart', 'mjpeg'],
    ['ts', 'h264'],
  ] as const)('gives every picture over HTTP as %s', async (kind, codec) => {
    const camera = await createOddHttpCamera({ kind, media: await short(codec), redirects: true })
    cameras.push(camera)
    const numbers = await decodeDirectly(camera.url, 'tcp')
    expect(numbers).toEqual(all(75).slice(0, Math.max(74, numbers.length)))
    expect(camera.requests).toEqual(['/odd', '/elsewhere'])
  })
})

const video = ({ packets }: Heard) => packets.filter(({ kind, track }) => kind === 'rtp' && track === 0)
const reports = ({ packets }: Heard) => packets.filter(({ kind, track }) => kind === 'rtcp' && track === 0)
/** The largest difference between neighbours, of what `read` says about them, modulo. */
function largestStep(packets: readonly HeardPacket[], read: (packet: HeardPacket) => number, modulo: number) {
  const steps = packets.slice(1).map((packet, index) => {
    const step = (read(packet) - read(packets[index]!) + modulo) % modulo
    return step > modulo / 2 ? step - modulo : step
  })
  return steps.reduce((most, step) => (Math.abs(step) > Math.abs(most) ? step : most), 0)
}

async function heard(steps: readonly Step[], more: Partial<OddScript> = {}): Promise<Heard> {
  return listenRtsp((await start({ steps, ...more })).url, { forMs: 2600 })
}

describe.skipIf(!ready).concurrent('each oddity', () => {
  const timestamp = ({ timestamp }: HeardPacket) => timestamp
  const sequence = ({ sequence }: HeardPacket) => sequence

  it.each([-8, 3600])('steps its timestamps by %d s', async (byS) => {
    const packets = video(await heard([{ atS: 1, do: 'stepTimestamps', byS }]))
    const step = largestStep(packets, timestamp, 2 ** 32)
    expect(Math.abs(step - byS * 90_000)).toBeLessThanOrEqual(3600)
    expect(largestStep(packets, sequence, 2 ** 16)).toBe(1)
  })

  it('starts its encoder anew', async () => {
    const packets = video(await heard([{ atS: 1, do: 'restartEncoder', base: 77 * 90_000 }]))
    expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(2)
    const after = packets.find(({ ssrc }) => ssrc !== packets[0]!.ssrc)!
    expect(after.timestamp / 90_000).toBeGreaterThanOrEqual(78)
    expect(after.timestamp / 90_000).toBeLessThan(78.2)
  })

  it('jumps in its sequence numbers', async () => {
    const packets = video(await heard([{ atS: 1, do: 'jumpSequence', by: 20_000 }]))
    expect(largestStep(packets, sequence, 2 ** 16)).toBe(20_001)
    expect(largestStep(packets, timestamp, 2 ** 32)).toBeLessThanOrEqual(3600)
  })

  it('sets the clock of its sender reports only', async () => {
    const found = await heard([{ atS: 1, do: 'stepReports', byS: -3600 }], { reportEveryS: 0.5 })
    const step = largestStep(reports(found), ({ clockS }) => clockS, 2 ** 32)
    expect(Math.abs(step + 3600)).toBeLessThanOrEqual(1)
    expect(largestStep(video(found), timestamp, 2 ** 32)).toBeLessThanOrEqual(3600)
  })

  it('holds pictures back and gives them at once, or loses them', async () => {
    const [held, muted] = await Promise.all([
      heard([{ atS: 1, do: 'hold', forS: 1 }]),
      heard([{ atS: 1, do: 'mute', forS: 1 }]),
    ])
    for (const found of [held, muted])
      expect(largestStep(video(found), ({ atMs }) => atMs, 1e12)).toBeGreaterThan(500)
    expect(largestStep(video(held), timestamp, 2 ** 32)).toBeLessThanOrEqual(3600)
    expect(Math.abs(largestStep(video(muted), timestamp, 2 ** 32) - 90_000)).toBeLessThanOrEqual(2 * 3600)
  })

  it('loses its video while the sound goes on', async () => {
    const found = await heard([{ atS: 1, do: 'mute', forS: 1, only: 'video' }], { sound: true })
    const sound = found.packets.filter(({ track, kind }) => track === 1 && kind === 'rtp')
    expect(Math.abs(largestStep(video(found), timestamp, 2 ** 32) - 90_000)).toBeLessThanOrEqual(2 * 3600)
    expect(largestStep(sound, timestamp, 2 ** 32)).toBe(320)
  })

  it('runs its timestamps at another speed, or late', async () => {
    const [fast, late] = await Promise.all([
      heard([], { timestamps: { speed: 2 } }),
      heard([], { timestamps: { jitterMs: 5 } }),
    ])
    expect(largestStep(video(fast), timestamp, 2 ** 32)).toBe(7200)
    const most = largestStep(video(late), timestamp, 2 ** 32)
    expect(most).toBeGreaterThan(3600)
    expect(most).toBeLessThanOrEqual(3600 + 450)
  })

  it('loses, swaps and doubles packets', async () => {
    const [lost, swapped, doubled] = await Promise.all(
      (['lose', 'swap', 'repeat'] as const).map((how) =>
        heard([{ atS: 0.5, do: how, percent: 20, forS: 2 }], { base: 5 }),
      ),
    )
    const differences = (found: Heard) =>
      video(found)
        .slice(1)
        .map((packet, index) => (packet.sequence - video(found)[index]!.sequence + 2 ** 16) % 2 ** 16)
    expect(Math.max(...differences(lost!))).toBeGreaterThan(1)
    expect(differences(lost!)).not.toContain(0)
    expect(differences(swapped!)).toContain(2 ** 16 - 1)
    expect(new Set(video(swapped!).map(sequence)).size).toBe(video(swapped!).length)
    expect(differences(doubled!)).toContain(0)
  })

  it('ends the connection, and takes the next one where time has come to', async () => {
    const camera = await start({ steps: [{ atS: 1, do: 'close' }] })
    const first = await listenRtsp(camera.url, { forMs: 2500 })
    const second = await listenRtsp(camera.url, { forMs: 1800 })
    expect(video(first).at(-1)!.timestamp - video(first)[0]!.timestamp).toBeLessThanOrEqual(25 * 3600)
    // The next keyframe is that of the second second.
    expect(video(second)[0]!.timestamp - video(first)[0]!.timestamp).toBe(2 * 90_000)
  })

  it('wraps its timestamps', async () => {
    const packets = video(await heard([], { base: 2 ** 32 - 90_000 }))
    expect(packets[0]!.timestamp).toBeGreaterThan(2 ** 31)
    expect(packets.at(-1)!.timestamp).toBeLessThan(2 ** 31)
    expect(largestStep(packets, timestamp, 2 ** 32)).toBe(3600)
  })

  it('goes on with another encoding', async () => {
    const large = await encodeMedia({ name: 'large', seconds: 3, widthPx: 640, heightPx: 360 })
    const camera = await start({ steps: [{ atS: 1.5, do: 'show', media: large, from: 'keyframe' }] })
    const numbers = await decodeDirectly(camera.url, 'tcp')
    // From 1.5 s it waits for the keyframe at 2 s.
    expect(numbers).toContain(36)
    expect(numbers).not.toContain(45)
    expect(numbers).toContain(50)
    expect(numbers).toContain(73)
  })

  it('begins with sound, and has only sound', async () => {
    const [first, only] = await Promise.all([
      heard([], { sound: true, videoAfterS: 1.5 }),
      heard([], { sound: true, media: null }),
    ])
    const sound = first.packets.filter(({ track, kind }) => track === 1 && kind === 'rtp')
    expect(video(first)[0]!.atMs - sound[0]!.atMs).toBeGreaterThan(1000)
    expect(sound.length).toBeGreaterThan(10)
    expect(only.sdp).not.toContain('video')
    expect(only.packets.length).toBeGreaterThan(10)
  })

  it('says nothing, or something else, about its parameter sets', async () => {
    const wrong = await short('h264', 2)
    const [right, none, other, bare] = await Promise.all([
      heard([]),
      heard([], { sdp: 'none' }),
      heard([], {
        sdp: { wrong: await encodeMedia({ name: 'large', seconds: 3, widthPx: 640, heightPx: 360 }) },
      }),
      heard([], { media: wrong, setsInStream: false }),
    ])
    expect(right.sdp).toContain('sprop-parameter-sets=')
    expect(none.sdp).not.toContain('fmtp')
    expect(other.sdp).toContain('sprop-parameter-sets=')
    expect(other.sdp).not.toBe(right.sdp)
    // Small units come together in a packet of type 24; a parameter set alone would be of type 7 or 8.
    const types = (found: Heard) => new Set(video(found).map(({ bytes }) => bytes[12]! & 31))
    expect(types(right)).toContain(24)
    expect([...types(bare)].filter((type) => type === 7 || type === 8)).toEqual([])
  })

  it.each([
    ['OPTIONS', 503],
    ['DESCRIBE', 401],
    ['SETUP', 453],
    ['PLAY', 500],
  ] as const)('answers %s with %d', async (method, say) => {
    const { answers, packets } = await heard([], { refusals: { [method]: { say } } })
    expect(answers[method]).toBe(say)
    expect(packets).toEqual([])
  })

  it.each(['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY'] as const)('never answers %s', async (method) => {
    const { answers, packets } = await heard([], { refusals: { [method]: { say: 'nothing' } } })
    expect(answers[method]).toBeUndefined()
    expect(packets).toEqual([])
  })

  it('refuses so often and no more, and a transport that it has not', async () => {
    const refusals: Partial<Record<RtspMethod, Refusal>> = { SETUP: { say: 503, times: 2 } }
    const camera = await start({ refusals, transports: ['tcp'] })
    for (const status of [503, 503, 200])
      expect((await listenRtsp(camera.url, { forMs: 300 })).answers.SETUP).toBe(status)
    expect((await listenRtsp(camera.url, { forMs: 300, transport: 'udp' })).answers.SETUP).toBe(461)
  })
})
