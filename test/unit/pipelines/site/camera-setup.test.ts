// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a variable that is refused
import { describe, expect, it } from 'vitest'
import { createCameraSetup } from '../../../../pipelines/site/camera-setup.ts'
import { probeHints, subStreamOf } from '../../../../pipelines/site/probe-hints.ts'
import type { ProbeResult } from '../../../../src/camera/probe.ts'
import { AppError } from '../../../../src/core/errors.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'

const result: ProbeResult = {
  codec: 'h264',
  profile: 'High',
  widthPx: 1920,
  heightPx: 1080,
  fps: 25,
  pixelFormat: 'yuv420p',
  audio: null,
  firstKeyframeMs: 200,
  transport: 'tcp',
  note: null,
}
const { log } = noTelemetry

describe('a look at a camera before it is saved', () => {
  it('connects with the login, and gives back neither it nor the address', async () => {
    const asked: string[] = []
    const setup = createCameraSetup({
      log,
      probe: async (url) => {
        asked.push(url)
        return result
      },
      picture: async () => Buffer.from('jpeg'),
    })
    const seen = await setup.probe({
      url: 'rtsp://192.0.2.7/Streaming/Channels/101',
      login: { user: 'ann', password: 'p@ss word' },
    })
    expect(asked).toEqual(['rtsp://ann:p%40ss%20word@192.0.2.7/Streaming/Channels/101'])
    expect(seen.stream).toMatchObject({ codec: 'h264', widthPx: 1920 })
    expect(Buffer.from(seen.picture!, 'base64').toString()).toBe('jpeg')
    expect(JSON.stringify(seen)).not.toMatch(/p@ss|p%40/)
  })

  it.each([
    'a.mp4',
    'file:///etc/passwd',
    '/dev/video0',
    'udp://192.0.2.1',
    'gopher://x',
    'rtsp://h/${PATH}',
    'rtsp://',
  ])('connects to nothing but cameras in a network: %s', async (url) => {
    const probe = async () => {
      throw new Error('was called')
    }
    await expect(createCameraSetup({ log, probe }).probe({ url })).rejects.toMatchObject({
      code: 'API_BAD_REQUEST',
    })
  })

  it('tells what the camera sends where no picture can be made, and the fault of the camera where it sends nothing', async () => {
    const picture = async () => {
      throw new AppError('MEDIA_NO_VIDEO', 'no')
    }
    const setup = createCameraSetup({ log, probe: async () => result, picture })
    expect((await setup.probe({ url: 'rtsp://192.0.2.7/a' })).picture).toBeNull()
    const refused = async () => {
      throw new AppError('CAMERA_UNAUTHORIZED', 'the camera refuses the user name or password')
    }
    const other = createCameraSetup({ log, probe: refused }).probe({ url: 'rtsp://192.0.2.7/a' })
    await expect(other).rejects.toMatchObject({ code: 'CAMERA_UNAUTHORIZED' })
  })

  it('looks at one after the other, and searches once at a time', async () => {
    let open = 0
    let most = 0
    const probe = async () => {
      open += 1
      most = Math.max(most, open)
      await Promise.resolve()
      open -= 1
      return result
    }
    const picture = async () => Buffer.alloc(1)
    const { promise, resolve } = Promise.withResolvers<{ devices: []; unreadable: 0; overLimit: 0 }>()
    const setup = createCameraSetup({ log, probe, picture, survey: () => promise })
    const url = 'rtsp://192.0.2.7/a'
    await Promise.all([setup.probe({ url }), setup.probe({ url }), setup.probe({ url })])
    expect(most).toBe(1)
    const first = setup.discover({ seconds: 1 })
    await expect(setup.discover({ seconds: 1 })).rejects.toMatchObject({ code: 'API_BUSY' })
    resolve({ devices: [], unreadable: 0, overLimit: 0 })
    expect(await first).toEqual({ devices: [] })
  })
})

describe('hints of a look', () => {
  it.each([
    ['rtsp://h/Streaming/Channels/101', 'rtsp://h/Streaming/Channels/102'],
    ['rtsp://h/Streaming/Channels/1601?a=b', 'rtsp://h/Streaming/Channels/1602?a=b'],
    ['rtsp://h/cam/realmonitor?channel=1&subtype=0', 'rtsp://h/cam/realmonitor?channel=1&subtype=1'],
    ['rtsp://h/h264Preview_01_main', 'rtsp://h/h264Preview_01_sub'],
    ['rtsp://h:554/stream1', 'rtsp://h:554/stream2'],
    ['rtsp://h/main', 'rtsp://h/sub'],
    ['rtsp://h/anything', null],
  ])('knows the sub stream of %s', (url, sub) => expect(subStreamOf(url)).toBe(sub))

  it('says what to mind', () => {
    const codes = (more: Partial<ProbeResult>, url = 'rtsp://h/main') =>
      probeHints({ url, asked: 'tcp', result: { ...result, ...more } }).map(({ code }) => code)
    expect(codes({})).toEqual(['large', 'sub_stream'])
    expect(codes({ widthPx: 640, heightPx: 360 })).toEqual([])
    expect(codes({ transport: 'udp', widthPx: 640, heightPx: 360 })).toEqual(['transport'])
    expect(codes({ codec: 'hevc', fps: 2 }, 'rtsp://h/x')).toEqual(['large', 'hevc', 'slow'])
    expect(codes({ codec: 'mjpeg', widthPx: 640, heightPx: 360, fps: null })).toEqual(['mjpeg'])
  })
})
