// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is read
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameCameras } from '../../../../src/cli/init/name-cameras.ts'
import { parseClosed } from '../../../../src/cli/init/site-answers.ts'
import { addressProblem, encoded, splitAddress, withLogin } from '../../../../src/config/camera-login.ts'
import { variablesText } from '../../../../src/config/variables-text.ts'

describe('the login of an address', () => {
  it.each([
    ['rtsp://h/x', 'rtsp://h/x', null, null],
    ['rtsp://viewer@h/x', 'rtsp://h/x', 'viewer', null],
    ['rtsp://viewer:a%40b@h/x', 'rtsp://h/x', 'viewer', 'a%40b'],
    ['rtsp://viewer:a@b/c#1@h/x', 'rtsp://h/x', 'viewer', 'a%40b%2Fc%231'],
    ['HTTP://u:@h', 'HTTP://h', 'u', ''],
    ['/films/a@b.mp4', '/films/a@b.mp4', null, null],
  ])('%s', (text, url, user, password) => {
    expect(splitAddress(text)).toEqual({ url, user, password, variable: null })
  })

  it('may be a reference to a variable', () => {
    const split = splitAddress('rtsp://viewer:${GATE_PASSWORD}@h/x')
    expect(split).toEqual({ url: 'rtsp://h/x', user: 'viewer', password: null, variable: 'GATE_PASSWORD' })
  })

  it.each([
    ['rtsp://viewer:secret@192.0.2.1/x', null],
    ['films/yard.mp4', null],
    ['rtsp:/h', /two slashes/],
    ['ftp://h/x', /not supported/],
    ['rtsp://h/x?user=a&password=b', /holds a password after the host/],
    ['rtsp://h:99999/x', /port/],
  ])('what is wrong with %s', (text, problem) => {
    if (problem === null) expect(addressProblem(text)).toBeNull()
    else expect(addressProblem(text)).toMatch(problem)
  })

  it('comes out of an address and of a file of variables as it was typed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.isWellFormed()),
        (typed) => {
          const url = new URL(withLogin('rtsp://h/x', encoded(typed), encoded(typed)))
          expect(decodeURIComponent(url.password)).toBe(typed)
          const text = variablesText(null, new Map([['CAMERA_PASSWORD', encoded(typed)]]))
          expect(decodeURIComponent(parseEnv(text).CAMERA_PASSWORD!)).toBe(typed)
        },
      ),
    )
  })
})

describe('a file of variables', () => {
  it('keeps what it held under other names', () => {
    const before = '# mine\nKAFKA_PASSWORD="x y"\nexport CAMERA_PASSWORD=old\n'
    expect(variablesText(before, new Map([['CAMERA_PASSWORD', 'new']]))).toBe(
      '# mine\nKAFKA_PASSWORD="x y"\nCAMERA_PASSWORD=new\n',
    )
  })
})

describe('names of cameras', () => {
  it.each([
    [['rtsp://192.0.2.1/a'], [], ['camera']],
    [['rtsp://192.0.2.1/a', 'rtsp://[::1]/b'], [], ['camera-1', 'camera-2']],
    [['rtsp://front-door.lan/a', 'rtsp://front-door.lan/b'], [], ['front-door', 'front-door-2']],
    [['films/Yard 1.mp4', 'rtsp://h/x'], ['film'], ['film', 'h']],
  ])('%j and %j', (urls, names, ids) => {
    expect(nameCameras(urls, names)).toEqual(ids)
  })

  it.each([
    [['Front Door'], /lower-case/],
    [['a', 'b', 'c'], /3 names for 2 cameras/],
    [['a', 'a'], /twice/],
  ])('refuses %j', (names, message) => {
    expect(() => nameCameras(['rtsp://h/x', 'rtsp://h/y'], names)).toThrow(message)
  })
})

describe('hours at which nobody should be there', () => {
  it.each([
    ['22:00-06:00', { from: '22:00', to: '06:00' }],
    [' 08:30 – 17:00 ', { from: '08:30', to: '17:00' }],
    ['Never', 'never'],
    ['always', 'always'],
  ])('%s', (text, closed) => {
    expect(parseClosed(text)).toEqual(closed)
  })

  it.each(['', '22-6', '22:00-22:00', '24:00-06:00', '22:00', '22:00-06:00-07:00'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseClosed(text)).toThrow(/--closed .*22:00-06:00, never, or always/)
    },
  )
})
