// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import { describe, expect, it } from 'vitest'
import { diffText } from '../../../../src/config/edit/text-diff.ts'

const linesOf = (before: string, after: string) =>
  diffText(before, after).flatMap(({ lines }) => lines.map(({ kind, text }) => `${kind} ${text}`))

describe('the difference of two texts', () => {
  it('shows what was removed and added with lines around it', () => {
    const before = Array.from({ length: 20 }, (_, n) => `line ${n}`).join('\n')
    const hunks = diffText(before, before.replace('line 9', 'line nine'))
    expect(hunks).toHaveLength(1)
    expect(hunks[0]).toMatchObject({ beforeLine: 7, afterLine: 7 })
    expect(hunks[0]!.lines.map(({ kind }) => kind).join(' ')).toBe(
      'same same same removed added same same same',
    )
  })

  it('is empty where nothing changed', () => expect(diffText('a\n', 'a\n')).toEqual([]))

  it('shows no secret, whatever line it is in', () => {
    const secrets = `url: rtsp://ann:geheim@192.0.2.1/a
token: geheim-token-1234
  password: "geheim"
mqtt: { password: geheim }
passphrase: geheim
`
    const shown = linesOf(secrets, `${secrets}# end\n`).join('\n')
    expect(shown).not.toContain('geheim')
    expect(shown).toContain('password: ***')
  })

  it.each([
    ['a hash of a password', 'users:\n  - { name: a, passwordHash: $scrypt$ln=15,r=8,p=1$geheim$geheim }\n'],
    ['a value on the next line', 'webhooks:\n  - secret:\n      geheim-geheim\n'],
    ['a block', 'kafka:\n  key: |\n    -----BEGIN\n    geheim\n    -----END\n'],
    ['quotes over lines', 'mqtt:\n  password: "geheim\n    geheim"\n'],
    ['an escaped login in an address', 'cameras:\n  - url: "rtsp://ann:\\x67eheim\\x40@192.0.2.1/a"\n'],
    ['an address folded over lines', 'cameras:\n  - url: "rtsp://ann:abc\\\n      geheim@192.0.2.1/a"\n'],
    ['an anchor that a secret refers to', 'x: &x geheim\nmqtt: { password: *x }\n'],
    ['an anchor of a map', 'base: &base { token: geheim }\nhttp: *base\n'],
    ['a list of secrets', 'http:\n  tokens:\n    - geheim\n    - geheim\n'],
    ['quoted names', 'http: { "token": geheim, host: a }\n'],
    ['flow over lines', 'http: {\n  token:\n    geheim,\n  host: a }\n'],
    ['a tag', 'http:\n  token: !!str geheim\n'],
    ['a comment', '# password: geheim\n#token: geheim\na: 1\n'],
    ['the path of a receiver', 'webhooks:\n  - url: https://chat.example/room/geheim0123456789\n'],
    ['what a variable falls back to', 'http: { token: "${TOKEN:-geheim}" }\n'],
    ['a line with a broken text before it', 'a: [\nb: "\npassword: geheim\nhash: $scrypt$geheim\n'],
  ])('shows no secret in %s', (_what, text) => {
    const shown = linesOf(text, `first: 1\n${text}last: 1\n`)
    expect(shown.join('\n')).not.toMatch(/geheim|\\x67eheim/)
    expect(linesOf('', text).length).toBe(text.split('\n').length - 1)
  })

  it('shows that a secret changed, without it, and the lines around it as they are', () => {
    const text = (word: string) => `mqtt:\n  password: ${word}\n  url: mqtt://192.0.2.1\nnode: a\n`
    expect(linesOf(text('geheim1'), text('geheim2'))).toEqual([
      'same mqtt:',
      'removed   password: ***',
      'added   password: ***',
      'same   url: mqtt://192.0.2.1',
      'same node: a',
    ])
  })

  it('leaves what stands beside a secret', () => {
    const text = 'mqtt: { password: geheim, url: mqtt://192.0.2.1 }\ntls:\n  key:\n    # a note\n    geheim\n'
    expect(linesOf('', text)).toEqual([
      'added mqtt: { password: ***, url: mqtt://192.0.2.1 }',
      'added tls:',
      'added   key:',
      'added     # a note',
      'added     ***',
    ])
  })

  it('keeps the lines where a secret has several', () => {
    const text = 'kafka:\n  key: |\n    one\n    two\nnode: a\n'
    expect(linesOf(text, text.replace('node: a', 'node: b')).slice(-2)).toEqual([
      'removed node: a',
      'added node: b',
    ])
  })

  it('shows references to variables as they are where they hold a secret alone', () => {
    expect(linesOf('a: 1\n', 'a: 1\ntoken: ${TOKEN}\n')).toContain('added token: ${TOKEN}')
  })

  it('ends in time for texts that have nothing in common, and is bounded', () => {
    const text = (word: string) => Array.from({ length: 50_000 }, (_, n) => `${word} ${n * 7}`).join('\n')
    const lines = diffText(text('a'), text('b')).flatMap((hunk) => hunk.lines)
    expect(lines.length).toBeLessThanOrEqual(2000)
  })
})
