import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestAnswer } from '../../../../src/camera/http/digest-answer.ts'
import { readHlsPlaylist } from '../../../../src/camera/http/hls-playlist.ts'
import { createPictureCutter, jpegSize } from '../../../../src/camera/http/multipart-pictures.ts'
import { sameDevice } from '../../../../src/camera/http/open-http.ts'

/** A picture with another one (a preview) within it. */
const jpeg = (fill: number) =>
  Buffer.from([
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    4,
    1,
    2,
    0xff,
    0xd9,
    7,
    7,
    ...Array<number>(40).fill(fill),
    0xff,
    0xd9,
  ])

describe('pictures of a camera over HTTP', () => {
  const part = (picture: Buffer, stated: boolean) =>
    Buffer.concat([
      Buffer.from(
        `--b\r\nContent-Type: image/jpeg\r\n${stated ? `Content-Length: ${picture.length}\r\n` : ''}\r\n`,
      ),
      picture,
      Buffer.from('\r\n'),
    ])

  it.each([true, false])('are cut whole, however the bytes come (length stated: %s)', (stated) => {
    const sent = [1, 2, 3, 4].map(jpeg)
    const bytes = Buffer.concat([...sent.map((picture) => part(picture, stated)), Buffer.from('--b\r\n')])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (size) => {
        const got: Buffer[] = []
        const cutter = createPictureCutter((picture) => got.push(picture))
        for (let at = 0; at < bytes.length; at += size) cutter.push(bytes.subarray(at, at + size))
        expect(got).toEqual(sent)
      }),
    )
  })

  it('are found also behind a length that is wrong, and never made of what is none', () => {
    const got: Buffer[] = []
    const cutter = createPictureCutter((picture) => got.push(picture))
    cutter.push(
      Buffer.concat([
        Buffer.from('--b\r\nContent-Length: 12\r\n\r\n'),
        jpeg(1),
        Buffer.from('\r\n--b\r\n\r\n'),
      ]),
    )
    expect(got).toEqual([jpeg(1)])
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => cutter.push(Buffer.from(bytes))))
  })

  it('say how large they are, or nothing', () => {
    const frame = [0xff, 0xc0, 0, 11, 8, 0, 96, 0, 160, 1, 0, 0, 0]
    expect(jpegSize(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2, ...frame]))).toEqual({
      widthPx: 160,
      heightPx: 96,
    })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void jpegSize(Buffer.from(bytes))))
  })
})

describe('digest', () => {
  it('answers as RFC 7616 says (section 3.9.1), and RFC 2069 where nothing is offered', () => {
    const request = {
      user: 'Mufasa',
      password: 'Circle of Life',
      method: 'GET',
      path: '/dir/index.html',
      clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    }
    const challenge =
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    expect(digestAnswer(challenge, request)).toContain('response="8ca523f5e9506fed4657c9700eebdbec"')
    expect(digestAnswer(challenge.replace('MD5', 'SHA-256'), request)).toContain(
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    )
    expect(digestAnswer('Digest realm="r", nonce="n"', request)).not.toContain('qop')
    expect(digestAnswer('Digest realm="r", nonce="n", algorithm=SHA-512-256', request)).toBeNull()
  })
})

describe('addresses', () => {
  const at = (from: string, to: string) => sameDevice(new URL(from), new URL(to))
  it('are of one device with the same host and port, or its usual port with TLS', () => {
    expect(at('http://cam/a', 'http://cam/b')).toBe(true)
    expect(at('http://cam/a', 'https://cam/b')).toBe(true)
    for (const other of [
      'http://cam:8080/',
      'http://other/',
      'https://cam:8443/',
      'ftp://cam/',
      'file:///etc/passwd',
    ])
      expect(at('http://cam/a', other)).toBe(false)
    expect(at('https://cam/a', 'http://cam/b')).toBe(false)
  })
})

describe('playlist', () => {
  it('has its pieces in order, with ranges and headers', () => {
    const text = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI="init.mp4",BYTERANGE="100@0"
#EXTINF:4,\n#EXT-X-BYTERANGE:50@100\na.mp4\n#EXTINF:4,\n#EXT-X-BYTERANGE:60\na.mp4\n#EXT-X-ENDLIST\n`
    const found = readHlsPlaylist(text, new URL('http://cam/live/x.m3u8'))
    if (found.kind !== 'media') throw new Error('a media playlist')
    expect([found.targetMs, found.ended]).toEqual([4000, true])
    expect(found.pieces.map(({ url, range, number }) => [url.href, range, number])).toEqual([
      ['http://cam/live/a.mp4', 'bytes=100-149', 7],
      ['http://cam/live/a.mp4', 'bytes=150-209', 8],
    ])
    expect(found.pieces[0]!.header).toMatchObject({ range: 'bytes=0-99' })
  })

  it('leads to the first variant, and refuses what is encrypted', () => {
    const master = readHlsPlaylist(
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n',
      new URL('http://cam/x'),
    )
    expect(master).toMatchObject({
      kind: 'master',
      variant: expect.objectContaining({ href: 'http://cam/low.m3u8' }),
    })
    expect(() => readHlsPlaylist('#EXT-X-KEY:METHOD=AES-128,URI="k"\na.ts', new URL('http://cam/x'))).toThrow(
      /encrypted/,
    )
  })
})
