import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { redactConfig } from '../../../src/config/redact.ts'

const hash = `$scrypt$ln=15,r=8,p=3$${'a'.repeat(22)}$${'b'.repeat(43)}`
const env = { GUARD: 'correct horse' }
const parse = (http: string) =>
  parseConfig(`version: 1\ncameras: [{ id: gate, url: a.mp4 }]\nhttp: ${http}\n`, { file: 'v.yaml', env })
const user = (fields: string) => parse(`{ users: [{ name: guard, ${fields} }] }`)

describe('http.users', () => {
  it('are taken with a password of a variable or with a hash, neither of which is shown', () => {
    const config = parse(
      `{ users: [{ name: guard, password: "\${GUARD}", cameras: [gate] }, { name: ann, role: admin, passwordHash: "HASH" }] }`.replace(
        'HASH',
        hash,
      ),
    )
    expect(config.http.users).toMatchObject([
      { name: 'guard', role: 'viewer', password: 'correct horse', cameras: ['gate'] },
      { name: 'ann', role: 'admin', passwordHash: hash },
    ])
    const shown = JSON.stringify(redactConfig(config))
    for (const secret of ['correct horse', 'bbbb']) expect(shown).not.toContain(secret)
  })

  it.each([
    ['neither password nor hash', () => user('role: admin'), 'give either password'],
    ['both', () => user(`password: correct horse, passwordHash: "${hash}"`), 'give either password'],
    ['a short password', () => user('password: short'), 'users[0].password'],
    ['a hash that is none', () => user('passwordHash: abc'), 'what vireo user hash prints'],
    [
      'a hash that takes the machine down',
      () => user(`passwordHash: "${hash.replace('15', '30')}"`),
      'vireo user hash',
    ],
    ['an unknown role', () => user('password: correct horse, role: boss'), 'viewer, operator, admin'],
    ['an unknown camera', () => user('password: correct horse, cameras: [yard]'), 'no camera "yard"'],
    [
      'an admin of some cameras',
      () => user('password: correct horse, role: admin, cameras: [gate]'),
      'an admin sees',
    ],
    [
      'a name with a meaning',
      () => parse('{ users: [{ name: me, password: correct horse }] }'),
      'users[0].name',
    ],
    [
      'a name twice',
      () => parse('{ users: [{ name: a, password: correct horse }, { name: a, password: correct horse }] }'),
      'already used',
    ],
  ])('are refused with %s', (_what, read, message) => {
    expect(read).toThrow(message)
  })
})

describe('who can be reached by others asks who they are', () => {
  it.each([
    ['{ host: 0.0.0.0 }', false],
    ['{ host: 0.0.0.0, access: open }', false],
    ['{ host: 0.0.0.0, access: people }', false],
    ['{ host: 0.0.0.0, access: login }', true],
    ['{ host: 0.0.0.0, token: a-token-of-sixteen }', true],
    ['{ access: open }', true],
  ])('%s', (http, fine) => {
    if (fine) expect(parse(http).http).toBeDefined()
    else expect(() => parse(http)).toThrow('http.access: login')
  })

  it.each([
    ['{ access: open, basePath: /cctv }', false],
    ['{ access: open, trustProxy: [127.0.0.1] }', false],
    ['{ access: people, basePath: /cctv }', true],
    ['{ access: login, trustProxy: [127.0.0.1] }', true],
  ])('and so does who is shown by a proxy: %s', (http, fine) => {
    if (fine) expect(parse(http).http).toBeDefined()
    else expect(() => parse(http)).toThrow('open asks nobody')
  })
})
