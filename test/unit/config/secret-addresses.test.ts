// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what these tests are about
import { describe, expect, it } from 'vitest'
import { refusePassword } from '../../../src/config/check/refuse-password.ts'
import { redactReceiver, redactUrl } from '../../../src/config/redact.ts'

describe('secrets of an address', () => {
  it.each([
    'rtsp://admin:s3cret-X@h:554/x',
    'rtsp://admin:p@s3cret-X/#?@h:554/x',
    'rtsp://h:554/user=admin_password=s3cret-X_channel=1_stream=0.sdp',
    'rtsp://h:554/user=admin&password=s3cret-X&channel=1',
    'http://h/cgi?loginuse=admin&loginpas=s3cret-X',
    ...[
      'password',
      'passwd',
      'pass',
      'pwd',
      'pw',
      'token',
      'access_token',
      'auth',
      'key',
      'apikey',
      'api_key',
    ].map((name) => `http://h/x?a=1&${name}=s3cret-X&b=2`),
    ...['secret', 'client_secret', 'sig', 'signature', 'X-Amz-Signature', 'jwt', 'PASSWORD'].map(
      (name) => `http://h/x;${name}=s3cret-X`,
    ),
  ])('is hidden, and refused in an edit: %s', (url) => {
    expect(redactUrl(url)).not.toContain('s3cret')
    expect(redactUrl(url)).toContain('://')
    expect(() => refusePassword(url)).toThrow(/holds a password/)
    const reference = url.replace(/p?@?s3cret-X(\/#\?)?/, '${NAME}')
    expect(() => refusePassword(reference)).not.toThrow()
    expect(() => refusePassword(reference.replace('${NAME}', '${NAME:-s3cret}'))).toThrow(/holds a password/)
  })

  it('leaves the rest as it is', () => {
    expect(redactUrl('rtsp://h/user=admin_password=x_channel=1_stream=0.sdp')).toBe(
      'rtsp://h/user=***_password=***_channel=1_stream=0.sdp',
    )
    for (const plain of ['/footage/day_1/a.mp4', 'rtsp://h:554/x?channel=1&subtype=0', 'motion', 'a@b'])
      expect(redactUrl(plain)).toBe(plain)
    expect(() => refusePassword('rtsp://viewer@h/x?channel=1&user=viewer')).not.toThrow()
  })

  it('takes time that grows with the length', () => {
    for (const part of ['a', 'a_', '://', '?key', '@', '_password=', '&a='])
      expect(redactUrl(part.repeat(200_000 / part.length)).length).toBeGreaterThan(0)
  }, 5000)
})

describe('keys in the path of a receiver', () => {
  it.each([
    ['https://hooks.chat.example/services/T0001/B0001/AbCdEfGhIjKlMnOpQrStUvWx', '/services/***'],
    ['https://api.messenger.example/bot123456:AAbbCCddEEff/sendMessage?chat_id=5', '.example/bot***'],
    ['http://127.0.0.1:9000/vireo', 'http://127.0.0.1:9000/vireo'],
    ['https://very-long-host-name.example', 'https://very-long-host-name.example'],
  ])('%s', (url, shown) => {
    expect(redactReceiver(url)).toContain(shown)
  })
})
