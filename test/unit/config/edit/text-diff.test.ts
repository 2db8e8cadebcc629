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

  it('shows references to variables as they are where they hold a secret alone', () => {
    expect(linesOf('a: 1\n', 'a: 1\ntoken: ${TOKEN}\n')).toContain('added token: ${TOKEN}')
  })

  it('ends in time for texts that have nothing in common, and is bounded', () => {
    const text = (word: string) => Array.from({ length: 50_000 }, (_, n) => `${word} ${n * 7}`).join('\n')
    const lines = diffText(text('a'), text('b')).flatMap((hunk) => hunk.lines)
    expect(lines.length).toBeLessThanOrEqual(2000)
  })
})
