import { describe, expect, it } from 'vitest'
import { cameraAddress } from '../../../src/camera/camera-address.ts'
import { classifyFailure } from '../../../src/camera/classify-failure.ts'
import { reconnectDelayMs } from '../../../src/camera/connection/reconnect-delay.ts'
import { ffmpegCommand } from '../../../src/camera/ffmpeg-arguments.ts'
import { inputScript } from '../../../src/camera/input-script.ts'

const camera = { transport: 'tcp', hardwareDecode: 'none', realtime: true, loop: false } as const
const spec = { widthPx: 160, heightPx: 96, sampleFps: 8 }
const rtsp = cameraAddress('rtsp://u:hunter2@192.0.2.1/a', 'gate')
const file = cameraAddress('/videos/a.mp4', 'gate')
const command = (more: Partial<Parameters<typeof ffmpegCommand>[0]> = {}) =>
  ffmpegCommand({ camera, address: rtsp, streams: [spec], record: true, ...more })

describe('ffmpeg command', () => {
  it('never has the address of a network camera in its arguments', () => {
    const { args, stdin } = command()
    expect(args.join(' ')).not.toMatch(/hunter2|192\.0\.2\.1/)
    expect(stdin).toContain("file 'rtsp://u:hunter2@192.0.2.1/a'")
    expect(stdin).toContain('option rtsp_transport tcp')
    expect(command({ camera: { ...camera, transport: 'udp' } }).stdin).toContain('option rtsp_transport udp')
  })

  it('gives each frame stream and the recording a pipe of their own', () => {
    const two = command({ streams: [spec, { ...spec, widthPx: 224 }] })
    expect([two.framePipes, two.recordPipe]).toEqual([[1, 3], 4])
    expect(two.args.filter((arg) => arg.startsWith('pipe:'))).toEqual([
      'pipe:0',
      'pipe:1',
      'pipe:3',
      'pipe:4',
    ])
    expect(command({ record: false }).recordPipe).toBeNull()
    expect([command({ streams: [] }).framePipes, command({ streams: [] }).recordPipe]).toEqual([[], 3])
  })

  it('decodes sound on a pipe of its own, and otherwise is the same', () => {
    const [plain, heard] = [command(), command({ sound: true })]
    expect([plain.soundPipe, heard.soundPipe, heard.recordPipe]).toEqual([null, 4, 3])
    expect(command({ record: false, streams: [], sound: true }).soundPipe).toBe(3)
    // With sound ffmpeg looks for a shorter time; see analyzeUs.
    const same = (args: readonly string[]) => args.filter((_, n) => args[n - 1] !== '-analyzeduration')
    expect(same(heard.args).slice(0, same(plain.args).length)).toEqual(same(plain.args))
    expect(heard.args.slice(plain.args.length).join(' ')).toMatch(/^-map 0:a:0 -af .*16000.* -f nut pipe:4$/)
    expect(plain.stdin).toContain('option allowed_media_types video\n')
    expect(heard.stdin).toContain('option allowed_media_types video+audio\n')
  })

  it('reads a file at its own pace, as fast as possible, or in a loop', () => {
    const args = (more: object) => command({ camera: { ...camera, ...more }, address: file }).args
    expect(args({})).toContain('-re')
    expect(args({ realtime: false })).not.toContain('-re')
    expect(args({ loop: true }).join(' ')).toContain('-stream_loop -1 -i file:/videos/a.mp4')
    expect(command({ address: file }).stdin).toBeNull()
  })

  it('puts its filters of time on what a camera sends, and on nothing that ffmpeg paces itself', () => {
    const filters = (more: object) => {
      const all = { record: true, pulse: true, sound: true, ...more }
      return command(all).args.filter((argument) => /^-bsf/.test(argument)).length
    }
    expect(filters({})).toBe(4)
    expect(filters({ address: file })).toBe(0)
    expect(filters({ address: file, camera: { ...camera, loop: true } })).toBe(0)
    const body = { format: null, timing: 'source' } as const
    expect(filters({ body: { ...body, paced: false } })).toBe(4)
    expect(filters({ body: { ...body, paced: true } })).toBe(0)
  })

  it.each(['cuda', 'vaapi', 'qsv', 'videotoolbox'] as const)(
    'decodes on %s when asked to',
    (hardwareDecode) => {
      const { args } = command({ camera: { ...camera, hardwareDecode } })
      expect(args[args.indexOf('-hwaccel') + 1]).toBe(hardwareDecode)
      expect(args.indexOf('-hwaccel')).toBeLessThan(args.indexOf('-i'))
      expect(command().args).not.toContain('-hwaccel')
    },
  )
})

describe('what ffmpeg is told about times', () => {
  const argument = (args: readonly string[], name: string) => args[args.indexOf(name) + 1]
  const filterOf = (args: readonly string[]) => argument(args, '-vf')

  it("keeps the source's timestamps in both outputs", () => {
    const { args } = command()
    expect(argument(args, '-fps_mode')).toBe('passthrough')
    // Without these two the recording begins at 0 and no longer fits the frames.
    expect(argument(args, '-movflags')).toContain('+frag_discont')
    expect(argument(args, '-avoid_negative_ts')).toBe('disabled')
  })

  it('thins before it scales, and does so for each stream by itself', () => {
    const two = command({ streams: [spec, { widthPx: 224, heightPx: 224, sampleFps: 2 }] }).args
    const filters = two.filter((_, index) => two[index - 1] === '-vf')
    expect(filters).toHaveLength(2)
    expect(filters[0]).toMatch(
      /^select='.*floor\(t\*8\+.*',setsar=sar,scale=160:96:flags=area,setsar=dar:max=1000,format=rgb24$/,
    )
    expect(filters[1]).toMatch(
      /^select='.*floor\(t\*2\+.*',setsar=sar,scale=224:224:flags=area,setsar=dar:max=1000,format=rgb24$/,
    )
  })

  it('waits for a keyframe, but not for ever', () => {
    const gate = /gt\(st\(0,ld\(0\)\+key\+gte\(t,10\)\),0\)\*/
    expect(filterOf(command().args)).toMatch(gate)
    // The keyframe that a file begins with may be hidden by an edit list.
    expect(filterOf(command({ address: file }).args)).not.toMatch(gate)
  })

  it('writes no index, which would grow in memory as long as the camera runs', () => {
    expect(argument(command().args, '-write_index')).toBe('0')
  })

  it('brings pictures back from qsv, the only accelerator that would keep them', () => {
    const args = (hardwareDecode: 'qsv' | 'cuda' | 'vaapi') =>
      command({ camera: { ...camera, hardwareDecode } }).args
    expect(argument(args('qsv'), '-hwaccel_output_format')).toBe('nv12')
    for (const other of ['cuda', 'vaapi'] as const)
      expect(args(other)).not.toContain('-hwaccel_output_format')
  })
})

describe('input script', () => {
  it('quotes what could end the line or the quotes', () => {
    expect(inputScript("rtsp://u:it's@h/a", {})).toContain("file 'rtsp://u:it'\\''s@h/a'")
    expect(() => inputScript('rtsp://h/a\noption x y', {})).toThrow(/line break/)
  })
})

describe('camera address', () => {
  it('tells files from networks and refuses the rest without repeating secrets', () => {
    expect(cameraAddress('file:///videos/a.mp4', 'gate')).toEqual({ kind: 'file', path: '/videos/a.mp4' })
    expect(cameraAddress('https://h/a.m3u8', 'gate').kind).toBe('http')
    for (const wrong of ['gopher://u:hunter2@h/a', 'rtsp://u:hunter2@[h/a'])
      expect(() => cameraAddress(wrong, 'gate')).toThrow(
        expect.objectContaining({ code: 'CAMERA_URL', message: expect.not.stringContaining('hunter2') }),
      )
  })
})

describe('why ffmpeg ended', () => {
  it.each([
    ['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', 'CAMERA_UNAUTHORIZED'],
    ['method DESCRIBE failed: 404 Not Found', 'CAMERA_NOT_FOUND'],
    ['[rtsp @ 0x1] method SETUP failed: 461 Unsupported Transport', 'CAMERA_TRANSPORT'],
    ['[rtsp @ 0x1] method DESCRIBE failed: 453 Not Enough Bandwidth', 'CAMERA_BUSY'],
    ['[rtsp @ 0x1] method DESCRIBE failed: 503 Service Unavailable', 'CAMERA_BUSY'],
    ['[rtsp @ 0x1] method PLAY failed: 500 Internal Server Error', 'CAMERA_REFUSED'],
    ['Could not find tag for codec vp8 in stream #0, codec not currently supported', 'MEDIA_UNRECORDABLE'],
    ['Connection to tcp://192.0.2.1:554 failed: Connection refused', 'CAMERA_UNREACHABLE'],
    ['Connection to tcp://192.0.2.1:554 failed: Connection timed out', 'CAMERA_UNREACHABLE'],
    ["Stream map '0:v:0' matches no streams.", 'MEDIA_NO_VIDEO'],
    ['pipe:0: Invalid data found when processing input', 'MEDIA_NO_VIDEO'],
    ['No device available for decoder: device type cuda needed', 'MEDIA_FFMPEG_FAILED'],
  ])('%s', (line, code) => {
    expect(classifyFailure(['something before', line, 'and after'], false).code).toBe(code)
  })

  it.each([
    '[h264 @ 0x1] [error] Error while decoding stream #0:0: Invalid data found when processing input',
    '[warning] Error opening input stream: No device available',
  ])('does not blame the opening for what a stream that was live says: %s', (line) => {
    expect(classifyFailure([line], true)).toEqual({
      code: 'CAMERA_UNREACHABLE',
      reason: 'the camera ended the connection',
    })
    expect(classifyFailure([line], false).code).not.toBe('CAMERA_UNREACHABLE')
  })

  it('says what the camera answered, in its words where they are not known', () => {
    const reason = (line: string) => classifyFailure([line], false, true).reason
    expect(reason('method SETUP failed: 459 Aggregate Operation <b>Not</b> Allowed')).toBe(
      'the camera answers 459 Aggregate Operation bNotb Allowed',
    )
    expect(reason('method DESCRIBE failed: 453 x')).toContain('453')
  })

  it('does not take for bad video over RTSP what may be a camera that hung up', () => {
    const line = 'pipe:0: Invalid data found when processing input'
    expect(classifyFailure([line], false, true).code).toBe('CAMERA_UNREACHABLE')
    expect(classifyFailure([line], false).code).toBe('MEDIA_NO_VIDEO')
  })

  it('does not blame the container for a video of which nothing came', () => {
    const lines = (video: string) => [
      `[rtsp @ 0x1] [warning] Could not find codec parameters for stream 0 (Video: ${video}): unspecified size`,
      '[mp4 @ 0x2] [error] dimensions not set',
      '[error] Could not write header for output file #1 (incorrect codec parameters ?): Invalid argument',
    ]
    expect(classifyFailure(lines('h264, none'), false, true).code).toBe('CAMERA_UNREACHABLE')
    expect(classifyFailure(lines('none, none'), false, true).code).toBe('MEDIA_NO_VIDEO')
    // Packets came, but nothing that tells what they hold.
    const packets = [...lines('h264, none'), '[h264 @ 0x3] [error] non-existing PPS 0 referenced']
    expect(classifyFailure(packets, false, true).code).toBe('MEDIA_NO_VIDEO')
    expect(classifyFailure(lines('h264, none').slice(1), false, true).code).toBe('MEDIA_UNRECORDABLE')
  })

  it('names the hardware decoder when that is what fails', () => {
    const { code, reason } = classifyFailure(['Device creation failed: -542398533.'], false)
    expect([code, reason]).toEqual(['MEDIA_FFMPEG_FAILED', expect.stringContaining('hardware decoder')])
  })

  it('tells a connection that ended from one that never gave a picture', () => {
    expect(classifyFailure([], true).reason).toBe('the camera ended the connection')
    expect(classifyFailure([], false).reason).toContain('before any picture')
  })
})

describe('reconnect delay', () => {
  it('doubles up to ten seconds and takes a random share between half and all', () => {
    const delays = (random: () => number) =>
      [1, 2, 3, 4, 5, 6, 7, 50].map((n) => reconnectDelayMs(n, null, random))
    expect(delays(() => 1)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(delays(() => 0)).toEqual([125, 250, 500, 1000, 2000, 4000, 5000, 5000])
  })

  it('does not hammer a camera that refuses the password', () => {
    expect(reconnectDelayMs(1, 'CAMERA_UNAUTHORIZED', () => 0)).toBeGreaterThanOrEqual(30_000)
  })
})
