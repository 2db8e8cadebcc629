// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippet shows how a variable is written
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cameraSnippet } from '../../../src/camera/onvif/camera-snippet.ts'
import { chooseProfiles, type StreamProfile } from '../../../src/camera/onvif/choose-profiles.ts'
import type { SurveyedDevice } from '../../../src/camera/onvif/survey-devices.ts'
import { parseConfig } from '../../../src/config/load.ts'

function profile(token: string, size: string, other: Partial<StreamProfile> = {}): StreamProfile {
  const [widthPx, heightPx] = size.split('x').map(Number)
  return {
    token,
    name: token,
    source: 'one',
    codec: 'h264',
    widthPx: widthPx ?? null,
    heightPx: heightPx ?? null,
    fps: 25,
    streamUrl: `rtsp://192.0.2.7/${token}`,
    ...other,
  }
}

function device(name: string | null, address: string, profiles: readonly StreamProfile[]): SurveyedDevice {
  return {
    name,
    address,
    profiles: profiles.map((each) => ({ ...each, role: null })),
    hardware: null,
    location: null,
    endpoint: null,
    xaddrs: [],
    asked: true,
    snapshot: null,
    error: null,
    manufacturer: null,
    model: null,
    firmware: null,
    clockOffsetMs: 0,
    notes: [],
  }
}

describe('which profile is for what', () => {
  const tokens = (profiles: readonly StreamProfile[]) =>
    chooseProfiles(profiles).map(({ main, sub }) => [main.token, sub.token])

  it.each<[string, StreamProfile[], [string, string][]]>([
    ['the largest and the smallest', [profile('s', '640x360'), profile('l', '3840x2160')], [['l', 's']]],
    ['one for both', [profile('l', '1920x1080')], [['l', 'l']]],
    ['not too small a one', [profile('l', '1920x1080'), profile('t', '320x180')], [['l', 'l']]],
    [
      'an upright one',
      [profile('l', '1080x1920'), profile('s', '360x640'), profile('t', '180x320')],
      [['l', 's']],
    ],
    ['the one of more frames', [profile('a', '640x480', { fps: 5 }), profile('b', '640x480')], [['b', 'a']]],
    [
      'no mjpeg beside others',
      [profile('j', '2560x1440', { codec: 'mjpeg' }), profile('h', '640x480')],
      [['h', 'h']],
    ],
    ['mjpeg alone', [profile('j', '640x480', { codec: 'mjpeg' })], [['j', 'j']]],
    ['none without a stream', [profile('l', '640x480', { streamUrl: null })], []],
    ['none without video', [profile('a', '', { codec: null })], []],
    ['unknown sizes', [profile('x', ''), profile('l', '640x480')], [['l', 'l']]],
    [
      'each source of a recorder',
      [profile('a', '1280x720'), profile('b', '1280x720', { source: 'two' }), profile('c', '640x360')],
      [
        ['a', 'c'],
        ['b', 'b'],
      ],
    ],
  ])('takes %s', (_what, profiles, expected) => {
    expect(tokens(profiles)).toEqual(expected)
  })
})

describe('the snippet', () => {
  const streams = [profile('main', '1920x1080'), profile('sub', '640x360')]
  const load = (yaml: string) =>
    parseConfig(`version: 1\n${yaml}`, { file: 'v.yaml', env: { CAMERA_PASSWORD: 'secret', HOME: '/root' } })

  it('is a configuration that loads: sub analysed, main recorded, the password from the environment', () => {
    const yaml = cameraSnippet([device('Cour d’entrée', '192.0.2.7', streams)], 'o p@')!
    expect(yaml).toContain('rtsp://o%20p%40:${CAMERA_PASSWORD}@192.0.2.7/sub')
    expect(load(yaml).cameras).toMatchObject([
      {
        id: 'cour-d-entree',
        url: 'rtsp://o%20p%40:secret@192.0.2.7/sub',
        mainUrl: 'rtsp://o%20p%40:secret@192.0.2.7/main',
      },
    ])
  })

  it('has no login and no variable for devices without users', () => {
    const yaml = cameraSnippet([device('x', '192.0.2.7', streams.slice(0, 1))], undefined)
    expect(yaml).toBe('cameras:\n  - id: x\n    url: rtsp://192.0.2.7/main\n')
  })

  it('is nothing when there is no stream', () => {
    expect(cameraSnippet([device('x', '192.0.2.7', [])], 'u')).toBeNull()
  })

  it('names cameras apart: same names, no names, several sources', () => {
    const second = profile('b', '640x480', { source: 'two' })
    const devices = [
      device('IPCAM', '192.0.2.7', streams),
      device('IPCAM', '192.0.2.8', streams),
      device('IPCAM', '192.0.2.8', streams),
      device('监控', '192.0.2.9:8000', streams),
      device('nvr', '192.0.2.10', [...streams, second]),
    ]
    expect(load(cameraSnippet(devices, 'u')!).cameras.map(({ id }) => id)).toEqual([
      'ipcam',
      'ipcam-192-0-2-8',
      'ipcam-2',
      'camera-192-0-2-9-8000',
      'nvr-1',
      'nvr-2',
    ])
  })

  it('loads whatever devices and users are called', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 100 }), fc.domain()), { maxLength: 6 }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (named, user) => {
          const devices = named.map(([name, host]) => device(name, host, streams))
          const yaml = cameraSnippet([...devices, device('last', 'last', streams)], user)!
          const { cameras } = load(yaml)
          expect(cameras).toHaveLength(named.length + 1)
          for (const { url } of cameras) expect(new URL(url).password).toBe('secret')
        },
      ),
    )
  })
})
