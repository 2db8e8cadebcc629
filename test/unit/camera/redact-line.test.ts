import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cameraAddress } from '../../../src/camera/camera-address.ts'
import { lineRedactor } from '../../../src/camera/redact-line.ts'
import { childEnvironment } from '../../../src/core/process/child-environment.ts'

const redactor = (url: string) => lineRedactor(cameraAddress(url, 'gate'))

describe('redacted lines', () => {
  it.each([
    ['in an address', "Impossible to open 'rtsp://viewer:p4ss%20w@192.0.2.1/a'"],
    ['decoded', 'authorization of viewer with p4ss w failed'],
    ['as written', 'using p4ss%20w'],
    ["another camera's", 'redirected to rtsp://viewer:other@192.0.2.2/p4ss%20w'],
  ])('hide the password %s', (_name, line) => {
    const redacted = redactor('rtsp://viewer:p4ss%20w@192.0.2.1/a')(line)
    expect(redacted).not.toMatch(/p4ss|other/)
    expect(redacted).toContain('***')
  })

  it('hide a password that looks like an address itself', () => {
    const redact = redactor(`rtsp://v:${encodeURIComponent('A://@A')}@h/a`)
    expect(redact('<<A://@A>>')).toBe('<<***>>')
  })

  it('hide any password in any place', () => {
    const password = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."Ab1%/@: #?&é'") })
    fc.assert(
      fc.property(password, (secret) => {
        const written = encodeURIComponent(secret)
        const redact = redactor(`rtsp://v:${written}@h/a`)
        for (const form of [secret, written]) expect(redact(`<<${form}>>`)).toMatch(/^<<\*+>>$/)
      }),
    )
  })

  it('leave other lines and cameras without a password as they are', () => {
    const line = '[h264 @ 0x1] error while decoding MB 3 4'
    for (const url of ['rtsp://h/a', 'rtsp://viewer@h/a', '/videos/a.mp4', 'rtsp://v:secret@h/a'])
      expect(redactor(url)(line)).toBe(line)
  })
})

describe('environment of a child', () => {
  it('holds what ffmpeg and its drivers need and nothing else', () => {
    const env = {
      PATH: '/bin',
      HOME: '/root',
      GATE_PASSWORD: 'x',
      NVIDIA_VISIBLE_DEVICES: 'all',
      MY_PATH: 'y',
    }
    expect(childEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/root', NVIDIA_VISIBLE_DEVICES: 'all' })
  })
})
