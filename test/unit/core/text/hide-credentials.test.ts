// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is hidden
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hideAddress, hideCredentials, isSecretName } from '../../../../src/core/text/hide-credentials.ts'

const secret = 'hunter2-TopSecret'

describe('hideCredentials', () => {
  it.each([
    `rtsp://admin:${secret}@192.0.2.1/x`,
    `opening rtsp://${secret}@h failed`,
    `//admin:${secret}@192.0.2.1/x`,
    ...'password passwd pass pwd token secret key auth user username access_token api_key apikey api-key x-api-key authkey'
      .split(' ')
      .concat(
        'loginuse loginpas loginpass usr psw sig signature sid sessionid jwt client_secret auth.token pw'.split(
          ' ',
        ),
      )
      .map((name) => `http://192.0.2.1/video.cgi?a=1&${name}=${secret}&b=2`),
    `rtsp://192.0.2.1:554/user=admin_password=${secret}_channel=1_stream=0.sdp`,
    `rtsp://192.0.2.1:554/user=admin&password=${secret}&channel=1&stream=0.sdp?real_stream`,
    `http://192.0.2.1/token=${secret}/live`,
    `https://hooks.slack.example/services/T000/B000/${secret}`,
    `https://discord.example/api/webhooks/123/${secret}`,
    `https://api.telegram.example/bot123456:${secret}/sendMessage?chat_id=1`,
    `http://ha.example/api/webhook/${secret}`,
    `https://maker.example/trigger/x/with/key/${secret}`,
    `set \${CAMERA_PASSWORD:-${secret}} there`,
    `a \${X:-${secret}`,
    `Authorization: Basic ${secret}`,
    `authorization: Bearer ${secret}`,
    `password=${secret}`,
  ])('shows nothing of %s', (text) => {
    expect(hideCredentials(text)).not.toContain(secret)
    expect(hideAddress(text)).not.toContain(secret)
    expect(hideCredentials(hideCredentials(text))).toBe(hideCredentials(text))
  })

  it.each([
    'rtsp://192.0.2.1:554/Streaming/Channels/101?transportmode=unicast&profile=1',
    'http://192.0.2.1/axis-cgi/mjpg/video.cgi?resolution=640x480&fps=5',
    'rtsp://user@h is told as such'.replace('user@', ''),
    '[rtsp @ 0x55d0] method DESCRIBE failed: 404 Not Found',
    'give the token of http.token as: Authorization: Bearer <token>',
    '/var/lib/vireo/clips/a@2x.mp4: width=640 height=360',
    'cameras[1].url: is not valid; accepted: tcp, udp',
    'write ${NAME} and set the variable',
  ])('leaves what is no secret: %s', (text) => {
    expect(hideCredentials(text)).toBe(text)
  })

  it('takes an address as a whole, spaces and quotes in its password too', () => {
    expect(hideAddress(`rtsp://a:${secret} "x' y@h/s`)).toBe('rtsp://***@h/s')
  })

  it('hides a login whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (password) => {
        expect(hideAddress(`rtsp://u:${secret}${password}@h/x`)).not.toContain(secret)
      }),
    )
  })

  it('does not take longer for what nobody would write', () => {
    const size = 100_000
    const texts = [
      'a',
      ':',
      '/',
      'x://',
      '://@',
      '?key=',
      '=',
      '_a=',
      'key=_',
      '${A:-',
      '${A',
      '//',
      ' bearer ',
      '/hooks/',
      '@',
      '&',
    ]
      .flatMap((part) => [part.repeat(size / part.length), `rtsp://${part.repeat(size / part.length)}`])
      .concat(`user=${'_a'.repeat(size / 2)}`, `authorization:${' '.repeat(size)}`, `/bot${'1'.repeat(size)}`)
    // A quadratic step would take half a minute and more for each.
    const before = process.threadCpuUsage()
    for (const text of texts) {
      hideCredentials(text)
      hideAddress(text)
    }
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(10_000)
  })
})

describe('isSecretName', () => {
  it.each(['password', 'saslPassword', 'key', 'X-Api-Key', 'accessToken', 'authorization', 'client_secret'])(
    'knows %s',
    (name) => expect(isSecretName(name)).toBe(true),
  )
  it.each(['camera', 'monkey', 'keyframes', 'tokenCount', 'author', 'path', 'code'])('leaves %s', (name) =>
    expect(isSecretName(name)).toBe(false),
  )
})
