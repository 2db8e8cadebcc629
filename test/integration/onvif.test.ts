// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippet shows how a variable is written
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDeviceAddress } from '../../src/camera/onvif/device-address.ts'
import type { Credentials } from '../../src/camera/onvif/device-client.ts'
import { discoverDevices } from '../../src/camera/onvif/discover-devices.ts'
import { type SurveyOptions, surveyDevices } from '../../src/camera/onvif/survey-devices.ts'
import { jpeg, type OnvifDevice, type OnvifDeviceOptions, startOnvifDevice } from '../support/onvif-device.ts'
import { tempDir } from '../support/temp-dir.ts'
import { vireo } from '../support/vireo-process.ts'

const login = { user: 'viewer', password: 'pa55 word' }
const started: OnvifDevice[] = []
let folder: string

async function start(options: OnvifDeviceOptions = {}): Promise<OnvifDevice> {
  const device = await startOnvifDevice(options)
  started.push(device)
  return device
}

function ask(device: OnvifDevice, options: SurveyOptions = {}, credentials: Credentials | null = login) {
  const address = parseDeviceAddress(device.address)
  return surveyDevices({ address, timeoutMs: 3000, ...(credentials && { credentials }), ...options })
}

beforeEach(() => {
  folder = tempDir('onvif')
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((device) => device.close()))
})

describe('discovery', () => {
  it('lists devices once, though each is asked four times, and asks none of them more without a login', async () => {
    const [one, two] = [await start(), await start({ name: 'Gate' })]
    const found = await surveyDevices({ targets: [one.target, two.target], timeoutMs: 600 })
    expect(found.devices.map(({ name }) => name).sort()).toEqual(['Gate', 'Yard Cam'])
    expect(found.devices[0]).toMatchObject({
      hardware: 'X-100',
      location: 'country/china',
      xaddrs: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/onvif\/device_service$/)],
      asked: false,
      profiles: [],
      error: null,
    })
    expect(one.asked).toEqual(['probe', 'probe', 'probe', 'probe'])
  })

  it.each([
    ['no XML', 'hello'],
    ['XML that is something else', '<a><b/></a>'],
    ['an envelope without a match', '<s:Envelope><s:Body><d:Hello/></s:Body></s:Envelope>'],
    [
      'a match without a name',
      '<s:Envelope><s:Body><d:ProbeMatches><d:ProbeMatch/></d:ProbeMatches></s:Body></s:Envelope>',
    ],
    ['too much', 'x'.repeat(60_000)],
  ])('counts an answer that is %s and lists the other device', async (_what, probeAnswer) => {
    const [bad, good] = [await start({ probeAnswer }), await start()]
    const found = await discoverDevices({ targets: [bad.target, good.target], timeoutMs: 600 })
    expect(found.devices.map(({ name }) => name)).toEqual(['Yard Cam'])
    expect(found.unreadable).toBe(bad.asked.length)
    expect(found.unreadable).toBeGreaterThan(0)
  })

  it('asks the multicast group from the interface that it is told', async (context) => {
    const device = await start({ joinsGroup: true }).catch(() => null)
    if (device === null) return context.skip('multicast, or its port, cannot be had on this machine')
    const found = await discoverDevices({ interfaces: ['127.0.0.1'], timeoutMs: 600 })
    expect(found.devices.map(({ name }) => name)).toEqual(['Yard Cam'])
  })

  it('refuses an interface that is not there', async () => {
    await expect(discoverDevices({ interfaces: ['192.0.2.77'], timeoutMs: 100 })).rejects.toMatchObject({
      code: 'API_BAD_REQUEST',
      message: expect.stringContaining('192.0.2.77'),
    })
  })

  it('gives the login only to the address that answered', async () => {
    const other = await start()
    const device = await start({ otherXaddrs: [`http://localhost:${other.httpPort}/onvif/device_service`] })
    const found = await surveyDevices({ targets: [device.target], credentials: login, timeoutMs: 600 })
    expect(found.devices[0]).toMatchObject({ address: device.address, error: null, model: 'X-100' })
    expect(other.asked).toEqual([])
  })
})

describe('a device', () => {
  it.each<[string, OnvifDeviceOptions, string]>([
    ['with the first media service', {}, 'ver10'],
    ['with the second', { media: 'media2' }, 'ver20'],
    ['whose second does not work', { media: 'broken2' }, 'ver10'],
    ['that knows GetCapabilities only', { hasGetServices: false }, 'ver10'],
    ['that takes HTTP digests only', { login: 'digest' }, 'ver10'],
  ])('tells its streams: %s', async (_which, options, version) => {
    const device = await start(options)
    const { devices } = await ask(device)
    const [row] = devices
    expect(row).toMatchObject({ manufacturer: 'ACME', model: 'X-100', firmware: '5.10', error: null })
    expect(
      row!.profiles.map(({ token, codec, widthPx, heightPx, fps, role }) => [
        token,
        codec,
        widthPx,
        heightPx,
        fps,
        role,
      ]),
    ).toEqual([
      ['01.0', 'h264', 2560, 1440, 25, 'main'],
      ['a&b<2>', 'h264', 640, 360, 12, 'sub'],
      ['thumb', 'h264', 160, 90, 5, null],
      ['still', 'mjpeg', 640, 360, 5, null],
      ['audio', null, null, null, null, null],
    ])
    expect(row!.profiles.map(({ streamUrl }) => streamUrl)).toEqual([
      'rtsp://127.0.0.1:554/Streaming/Channels/101?transportmode=unicast&profile=01.0',
      'rtsp://127.0.0.1:554/Streaming/Channels/102',
      'rtsp://127.0.0.1:554/thumb',
      'rtsp://127.0.0.1:554/still',
      null,
    ])
    expect(device.asked).toContain(`GetStreamUri ${version}`)
    expect(device.refusals).toEqual([])
  })

  it.each([
    ['a day ahead', 86_400_000, '24 h ahead'],
    ['in the year it was made', -6 * 365 * 86_400_000, 'behind'],
  ])('is asked in its own time: %s', async (_which, clockOffsetMs, said) => {
    const device = await start({ clockOffsetMs })
    const [row] = (await ask(device)).devices
    expect(row).toMatchObject({ error: null, model: 'X-100' })
    expect(device.refusals).toEqual([])
    expect(Math.abs(row!.clockOffsetMs! - clockOffsetMs)).toBeLessThan(2000)
    expect(row!.notes).toEqual([expect.stringContaining(said)])
  })

  it.each(['token', 'digest'] as const)('takes any user and password by %s', async (how) => {
    const odd = { user: 'o<p>&x', password: 'пароль: ü&<€"\'' }
    const device = await start({ ...odd, login: how })
    const [row] = (await ask(device, { credentials: odd })).devices
    expect(row).toMatchObject({ error: null, model: 'X-100' })
    expect(device.refusals).toEqual([])
  })

  it.each(['token', 'digest'] as const)('that refuses the login by %s is asked once only', async (how) => {
    const device = await start({ login: how })
    const [row] = (await ask(device, { credentials: { user: 'viewer', password: 'not this one' } })).devices
    expect(row!.error).toMatchObject({
      code: 'CAMERA_UNAUTHORIZED',
      message: expect.stringContaining('refused the user name or password'),
    })
    expect(device.refusals).toEqual(['wrong login'])
    expect(JSON.stringify(row)).not.toContain('not this one')
  })

  it('that wants a login for its time gets one in ours', async () => {
    const device = await start({ guardsTime: true })
    const [row] = (await ask(device)).devices
    expect(row).toMatchObject({ error: null, model: 'X-100' })
    // The library asks without a login first.
    expect(device.refusals).toEqual(['no token'])
  })

  it('that wants a login says so', async () => {
    const [row] = (await ask(await start(), {}, null)).devices
    expect(row!.error).toMatchObject({
      code: 'CAMERA_UNAUTHORIZED',
      message: expect.stringContaining('give --user'),
    })
  })

  it.each([
    ['answers garbage', 'garbage', 'CAMERA_PROTOCOL', 'not what ONVIF says'],
    ['never answers', 'silent', 'CAMERA_UNREACHABLE', 'no answer within 400 ms'],
    ['never ends its answer', 'endless', 'CAMERA_PROTOCOL', 'longer or deeper'],
    ['answers byte by byte', 'drip', 'CAMERA_UNREACHABLE', 'no answer within 400 ms'],
    ['breaks off', 'cut', 'CAMERA_UNREACHABLE', 'no answer within 400 ms'],
  ] as const)('that %s has that as its error', async (_which, manner, code, message) => {
    const [row] = (await ask(await start({ manner }), { timeoutMs: 400 })).devices
    expect(row!.error).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('that is not there', async () => {
    const device = await start()
    await device.close()
    started.splice(0)
    const [row] = (await ask(device)).devices
    expect(row!.error).toMatchObject({ code: 'CAMERA_UNREACHABLE' })
  })

  it.each(['garbage', 'silent', 'endless'] as const)(
    'beside one that is %s is still listed',
    async (manner) => {
      const [bad, good] = [await start({ manner, name: 'Bad' }), await start({ name: 'Good' })]
      const { devices } = await surveyDevices({
        targets: [bad.target, good.target],
        credentials: login,
        timeoutMs: 600,
      })
      const rows = new Map(devices.map((row) => [row.name, row]))
      expect(rows.get('Good')).toMatchObject({ error: null, model: 'X-100' })
      expect(rows.get('Bad')?.error?.code).toMatch(/^CAMERA_(PROTOCOL|UNREACHABLE)$/)
    },
  )
})

describe('snapshots', () => {
  it.each(['digest', 'basic', 'open'] as const)('are saved: %s', async (snapshot) => {
    const device = await start({ snapshot })
    const [row] = (await ask(device, { snapshotDir: join(folder, 'new/pictures') })).devices
    expect(row!.notes).toEqual([])
    expect(readFileSync(row!.snapshot!)).toEqual(jpeg)
    expect(statSync(row!.snapshot!).mode & 0o077).toBe(0)
    expect(device.asked.at(-1)).toBe('snapshot 01.0')
  })

  it.each([
    ['no picture', 'text', 'no JPEG'],
    ['at another address', 'elsewhere', 'at another address (192.0.2.99)'],
  ] as const)('that are %s are left out', async (_which, snapshot, note) => {
    const device = await start({ snapshot })
    const [row] = (await ask(device, { snapshotDir: folder })).devices
    expect(row).toMatchObject({ snapshot: null, error: null, notes: [expect.stringContaining(note)] })
    expect(device.authorizations).toEqual([])
  })

  it('never cost a device that merely answered a probe the password in clear text', async () => {
    const device = await start({ snapshot: 'basic' })
    const found = await surveyDevices({
      targets: [device.target],
      credentials: login,
      timeoutMs: 600,
      snapshotDir: folder,
    })
    expect(found.devices[0]).toMatchObject({
      snapshot: null,
      notes: [expect.stringContaining('wants the password unencrypted')],
    })
    expect(device.asked.at(-1)).toBe('snapshot 01.0')
    expect(device.authorizations).toEqual([])
  })
})

describe('the command', () => {
  it('prints streams and a configuration without the password', async () => {
    const device = await start()
    const target = `127.0.0.1:${device.udpPort}`
    const run = vireo(
      [
        'camera',
        'discover',
        '--target',
        target,
        '--user',
        'viewer',
        '--timeout-ms',
        '1000',
        '--snapshot',
        folder,
      ],
      { VIREO_ONVIF_PASSWORD: login.password },
    )
    expect(await run.ended).toBe(0)
    const text = run.lines.join('\n')
    expect(text).toContain(
      `${device.address}  Yard Cam (hardware X-100, at country/china, ACME X-100, firmware 5.10)`,
    )
    expect(text).toMatch(/mainStream: h264 2560x1440 25 fps {2}rtsp:\S+ {2}\[record\]/)
    expect(text).toMatch(/subStream: h264 640x360 12 fps {2}rtsp:\S+ {2}\[analyse\]/)
    expect(text).toContain('url: rtsp://viewer:${CAMERA_PASSWORD}@127.0.0.1:554/Streaming/Channels/102')
    expect(text + run.errors()).not.toMatch(/pa55|leaked/)
    expect(readFileSync(join(folder, `yard-cam-127-0-0-1-${device.httpPort}.jpg`))).toEqual(jpeg)
  })

  it('prints JSON for programs', async () => {
    const device = await start()
    const run = vireo(['camera', 'discover', '--address', device.address, '--user', 'viewer', '--json'], {
      VIREO_ONVIF_PASSWORD: login.password,
    })
    expect(await run.ended).toBe(0)
    expect(run.lines).toHaveLength(1)
    const result = JSON.parse(run.lines[0]!)
    expect(Object.keys(result).sort()).toEqual(['devices', 'overLimit', 'unreadable', 'yaml'])
    expect(Object.keys(result.devices[0]).sort()).toEqual(
      [
        ['address', 'asked', 'clockOffsetMs', 'endpoint', 'error', 'firmware', 'hardware', 'location'],
        ['manufacturer', 'model', 'name', 'notes', 'profiles', 'snapshot', 'xaddrs'],
      ].flat(),
    )
    expect(result.devices[0].profiles[0]).toEqual({
      token: '01.0',
      name: 'mainStream',
      source: 'VideoSource_1',
      codec: 'h264',
      widthPx: 2560,
      heightPx: 1440,
      fps: 25,
      streamUrl: 'rtsp://127.0.0.1:554/Streaming/Channels/101?transportmode=unicast&profile=01.0',
      role: 'main',
    })
    expect(run.lines[0]).not.toMatch(/pa55|leaked/)
  })

  it('ends with the error of the one device that it was to ask', async () => {
    const device = await start()
    const run = vireo(['camera', 'discover', '--address', device.address, '--user', 'viewer', '--json'], {
      VIREO_ONVIF_PASSWORD: 'not this one',
    })
    expect(await run.ended).toBe(77)
    expect(JSON.parse(run.errors())).toMatchObject({ error: { code: 'CAMERA_UNAUTHORIZED' } })
    expect(run.errors()).not.toContain('not this one')
    expect(device.refusals).toHaveLength(1)
  })

  it('takes no password from nowhere', async () => {
    const device = await start()
    // Standard input is empty here.
    const run = vireo(['camera', 'discover', '--address', device.address, '--user', 'viewer'])
    expect(await run.ended).toBe(64)
    expect(run.errors()).toContain('VIREO_ONVIF_PASSWORD')
    expect(device.asked).toEqual([])
  })
})
