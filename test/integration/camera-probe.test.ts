import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jpegSize } from '../../src/camera/http/multipart-pictures.ts'
import { probeCamera } from '../../src/camera/probe.ts'
import { takePicture } from '../../src/camera/take-picture.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: camera probe (ffmpeg or the GStreamer RTSP server is missing)\n')

describe.skipIf(!ready)('camera probe', () => {
  let server: RtspServer
  let folder: string
  beforeAll(async () => {
    folder = tempDir('probe')
    server = await startRtspServer({
      mounts: {
        '/h264': await testVideo({ name: 'test', codec: 'h264' }),
        '/h265': await testVideo({ name: 'test', codec: 'h265' }),
      },
      user: 'viewer',
      password: 'pa55 word',
    })
  })
  afterAll(async () => {
    await server?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([
    ['h264', 'h264'],
    ['h265', 'hevc'],
  ])('tells what a camera sends: %s', async (mount, codec) => {
    const result = await probeCamera(server.url(`/${mount}`))
    expect(result).toMatchObject({
      codec,
      widthPx: 640,
      heightPx: 360,
      fps: 25,
      pixelFormat: 'yuv420p',
      audio: null,
    })
    expect(result.firstKeyframeMs).toBeGreaterThan(0)
  })

  it('shows its first picture, and says why there is none', async () => {
    const picture = await takePicture(server.url('/h264'))
    expect(jpegSize(picture)).toEqual({ widthPx: 640, heightPx: 360 })
    const wrong = server.url('/h264').replace('pa55', 'wrong')
    await expect(takePicture(wrong)).rejects.toMatchObject({ code: 'CAMERA_UNAUTHORIZED' })
    await expect(takePicture(join(folder, 'gone.mp4'))).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND' })
    writeFileSync(join(folder, 'text.mp4'), 'no video')
    await expect(takePicture(join(folder, 'text.mp4'))).rejects.toMatchObject({
      code: expect.stringMatching(/^MEDIA_|^CAMERA_/),
    })
    const late = takePicture('rtsp://192.0.2.1/x', { timeoutMs: 300 })
    await expect(late).rejects.toMatchObject({ code: 'CAMERA_UNREACHABLE' })
  })

  it.each([
    ['a wrong password', () => server.url('/h264').replace('pa55', 'wrong'), 'CAMERA_UNAUTHORIZED'],
    ['a wrong path', () => server.url('/nothing'), 'CAMERA_NOT_FOUND'],
    ['a closed port', () => 'rtsp://viewer:pa55@127.0.0.1:1/x', 'CAMERA_UNREACHABLE'],
    ['a missing file', () => join(folder, 'no.mp4'), 'CAMERA_NOT_FOUND'],
    ['another scheme', () => 'gopher://host/x', 'CAMERA_URL'],
    [
      'a file that is no video',
      () => {
        writeFileSync(join(folder, 'text.mp4'), 'not a video\n'.repeat(100))
        return join(folder, 'text.mp4')
      },
      'MEDIA_NO_VIDEO',
    ],
  ])('says what is wrong: %s', async (_name, url, code) => {
    const error = await probeCamera(url()).catch((thrown) => thrown)
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/pa55|wrong/)
  })

  it('works from the command line, also with the address from a configuration', async () => {
    const file = join(folder, 'v.yaml')
    writeFileSync(file, `version: 1\ncameras: [{ id: gate, url: "\${GATE_URL}" }]\n`)
    const probe = vireo(['camera', 'probe', '--config', file, '--camera', 'gate', '--json'], {
      GATE_URL: server.url('/h264'),
    })
    expect(await probe.ended).toBe(0)
    expect(JSON.parse(probe.lines[0]!)).toMatchObject({ codec: 'h264', widthPx: 640 })
    const wrong = vireo(['camera', 'probe', server.url('/nothing')])
    expect(await wrong.ended).toBe(66)
    expect(wrong.errors()).toMatch(/^CAMERA_NOT_FOUND: /)
  })
})
