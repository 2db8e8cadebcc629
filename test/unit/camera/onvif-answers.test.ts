// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a device may try to name a variable
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDeviceAddress, serviceOf } from '../../../src/camera/onvif/device-address.ts'
import { deviceError } from '../../../src/camera/onvif/device-error.ts'
import { readProfiles } from '../../../src/camera/onvif/media-profile.ts'
import { readProbeMatches } from '../../../src/camera/onvif/probe-match.ts'
import { parseSoap, plainText } from '../../../src/camera/onvif/soap-tree.ts'
import { cleanStreamUrl } from '../../../src/camera/onvif/stream-url.ts'
import { probeMatch } from '../../support/onvif-answers.ts'

const answer = (options: Partial<Parameters<typeof probeMatch>[0]> = {}) =>
  probeMatch({
    id: 'urn:uuid:1',
    name: 'Yard',
    xaddrs: ['http://192.0.2.7/onvif/x'],
    httpPort: 80,
    ...options,
  })

describe('an answer to a probe', () => {
  it.each([
    ['Front%20Door%20%C3%BC', 'Front Door ü'],
    ['100%', '100%'],
    ['5.10', '5.10'],
    ['a%1B%5B2Jb%E2%80%AEc', 'a [2Jb c'],
    ['x'.repeat(900), 'x'.repeat(300)],
  ])('has a name that can be shown: %s', async (name, expected) => {
    const [device] = await readProbeMatches(answer({ name }), '192.0.2.7')
    expect(device).toMatchObject({ name: expected, hardware: 'X-100', address: '192.0.2.7' })
  })

  it('has addresses without logins and without other schemes, at most sixteen', async () => {
    const xaddrs = [
      'http://u:p@192.0.2.7/a',
      'file:///etc/passwd',
      'nothing',
      ...Array(40).fill('https://h/b'),
    ]
    const [device] = await readProbeMatches(answer({ xaddrs }), '192.0.2.7')
    expect(device!.xaddrs.slice(0, 2)).toEqual(['http://192.0.2.7/a', 'https://h/b'])
    expect(device!.xaddrs).toHaveLength(16)
  })

  it('never does more than refuse, whatever it is', async () => {
    const tags = fc.constantFrom(
      's:Envelope',
      'Body',
      'd:ProbeMatches',
      'ProbeMatch',
      'XAddrs',
      '__proto__',
      '$',
      '_',
    )
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.string(),
        fc
          .tuple(tags, fc.array(tie('tree'), { maxLength: 3 }))
          .map(([tag, inner]) => `<${tag}>${inner.join('')}</${tag}>`),
      ),
    }))
    await fc.assert(
      fc.asyncProperty(tree, async (inner) => {
        const xml = `<s:Envelope><s:Body>${inner}</s:Body></s:Envelope>`
        const read = await readProbeMatches(xml, '192.0.2.7').catch((error) => error)
        expect(Array.isArray(read) || read instanceof Error).toBe(true)
        const body = await parseSoap(xml).catch(() => '')
        expect(Array.isArray(readProfiles(body))).toBe(true)
      }),
    )
  })
})

describe('the service of a discovered device', () => {
  const service = (address: string, ...xaddrs: string[]) =>
    serviceOf({ endpoint: 'e', name: null, hardware: null, location: null, address, xaddrs })

  it.each([
    [
      'its own address',
      ['http://10.0.0.1/x', 'http://192.0.2.7:8000/y'],
      { port: 8000, path: '/y', secure: false },
    ],
    [
      'http before https',
      ['https://192.0.2.7/x', 'http://192.0.2.7/'],
      { port: 80, path: '/onvif/device_service' },
    ],
    ['https alone', ['https://192.0.2.7/x'], { port: 443, secure: true }],
  ])('is %s', (_what, xaddrs, expected) => {
    expect(service('192.0.2.7', ...xaddrs)).toMatchObject({ host: '192.0.2.7', ...expected })
  })

  it('is none that answered from elsewhere', () => {
    expect(service('192.0.2.7', 'http://10.0.0.1/x', 'http://camera.example/x')).toBeNull()
  })
})

describe('an address that somebody typed', () => {
  it.each([
    ['192.0.2.7', { host: '192.0.2.7', port: 80, path: '/onvif/device_service', secure: false }],
    ['cam.example:8899', { host: 'cam.example', port: 8899, path: '/onvif/device_service', secure: false }],
    ['[fd00::7]:81', { host: 'fd00::7', port: 81, path: '/onvif/device_service', secure: false }],
    ['https://cam.example/svc', { host: 'cam.example', port: 443, path: '/svc', secure: true }],
  ])('%s', (text, expected) => {
    expect(parseDeviceAddress(text)).toEqual(expected)
  })

  it.each(['', 'a b', 'host:99999', 'admin:geheim@host'])('is refused without its secrets: %s', (text) => {
    expect(() => parseDeviceAddress(text)).toThrow(expect.objectContaining({ code: 'API_BAD_REQUEST' }))
    expect(() => parseDeviceAddress(text)).not.toThrow(/geheim/)
  })
})

describe('the address of a stream', () => {
  it.each([
    ['rtsp://admin:geheim99@192.0.2.7:554/s?a=1&b=2', 'rtsp://192.0.2.7:554/s?a=1&b=2', false],
    [
      'rtsp://192.0.2.7/user=admin&password=x9&channel=1.sdp',
      'rtsp://192.0.2.7/user=***&password=***&channel=1.sdp',
      true,
    ],
    ['rtsp://192.0.2.7/s?user=a&pwd=b', 'rtsp://192.0.2.7/s?user=***&pwd=***', true],
    ['rtsp://192.0.2.7/geheim99/s', 'rtsp://192.0.2.7/***/s', true],
    [
      'rtsp://192.0.2.7/${KAFKA_PASSWORD}?x=${HOME}',
      'rtsp://192.0.2.7/%24%7BKAFKA_PASSWORD%7D?x=%24{HOME}',
      false,
    ],
    ['rtsp://192.0.2.7/\u001b[2J', 'rtsp://192.0.2.7/%1B[2J', false],
  ])('%s is shown as %s', (text, url, hidden) => {
    expect(cleanStreamUrl(text, 'geheim99')).toEqual({ url, host: '192.0.2.7', hidden })
  })

  it('is not mangled by a password that is an ordinary word', () => {
    expect(cleanStreamUrl('rtsp://192.0.2.7/main/live', 'main')?.url).toBe('rtsp://192.0.2.7/main/live')
    expect(cleanStreamUrl('rtsp://192.0.2.7/live?k=main', 'main')?.url).toBe('rtsp://192.0.2.7/live?k=***')
  })

  it.each(['', 'nothing', 'file:///etc/passwd', 'concat:a|b', 'rtsp:///x', `rtsp://h/${'x'.repeat(2001)}`])(
    'is none: %s',
    (text) => {
      expect(cleanStreamUrl(text, undefined)).toBeNull()
    },
  )

  it('never holds the password, wherever the device puts it', () => {
    const secret = '[geheim] ü$9|/'
    const forms = fc.constantFrom(secret, encodeURIComponent(secret), encodeURI(secret))
    const place = fc.tuple(fc.webPath(), forms, fc.constantFrom('/', '?a=', '&password=', '#', '/x='))
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), (parts) => {
        const text = `rtsp://192.0.2.7/${parts.map(([path, form, mark]) => path + mark + form).join('')}`
        expect(cleanStreamUrl(text, secret)?.url ?? '').not.toContain('geheim')
      }),
    )
  })
})

describe('what went wrong', () => {
  const address = { host: '192.0.2.7', port: 80, path: '/', secure: false }
  it.each([
    [{ code: 'ECONNREFUSED' }, 'CAMERA_UNREACHABLE'],
    [{ code: 'ENOTFOUND' }, 'CAMERA_UNREACHABLE'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'CAMERA_UNREACHABLE'],
    [{ code: 'HPE_INVALID_CONSTANT' }, 'CAMERA_PROTOCOL'],
    [{}, 'CAMERA_PROTOCOL'],
  ])('%o is %s', (fields, code) => {
    const error = deviceError(Object.assign(new Error('x'), fields), {
      address,
      answer: { status: null, xml: '' },
      hasLogin: true,
    })
    expect(error).toMatchObject({ code, message: expect.stringContaining('192.0.2.7') })
  })
})

it('shows nothing of what steers a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      expect(plainText(text) ?? '').not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }),
  )
})
