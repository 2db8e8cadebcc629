import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import type { ConfigEdit } from '../../../../src/config/edit/config-edit.ts'
import { keepLines } from '../../../../src/config/edit/keep-lines.ts'
import { editConfig } from '../../../../src/config/edit.ts'

const written = `version: 1   # the first
dataDir: ./data
cameras:
    - id:   gate          # by the road
      url: "rtsp://192.0.2.10/one"
      zones: [{name: door,   points: [[0,0],[1,0],[1,1]]}]
    # the yard comes last
    - {id: yard, url: rtsp://192.0.2.11/one, zones: [
        {name: left, points: [[0,0],[0.5,0],[0.5,1]]},
        {name: right, points: [[0.5,0],[1,0],[1,1]]} ]}

models:    # none
    []

`
const edit = (text: string, ...edits: ConfigEdit[]) => editConfig(text, edits, { file: 'v.yaml' }).text
/** Lines of the text before that are not in the text after, and the other way round. */
function difference(before: string, after: string): { gone: string[]; come: string[] } {
  const [one, two] = [before.split('\n'), after.split('\n')]
  return { gone: one.filter((line) => !two.includes(line)), come: two.filter((line) => !one.includes(line)) }
}

describe('an edit of the configuration leaves the lines of others as they were written', () => {
  it.each<[string, ConfigEdit, gone: number, come: string[]]>([
    [
      'one field',
      { kind: 'change', id: 'gate', patch: { url: 'rtsp://192.0.2.12/one' } },
      1,
      ['      url: "rtsp://192.0.2.12/one"'],
    ],
    ['a field that was not there', { kind: 'pause', id: 'gate' }, 0, ['      paused: true']],
    ['a camera taken away', { kind: 'remove', id: 'gate' }, 3, []],
    [
      'a camera added',
      { kind: 'add', camera: { id: 'hall', url: 'rtsp://192.0.2.13/one' } },
      0,
      ['    - id: hall', '      url: rtsp://192.0.2.13/one'],
    ],
  ])('%s', (_what, wanted, gone, come) => {
    const after = edit(written, wanted)
    const found = difference(written, after)
    expect(found.come.map((line) => line.trim())).toEqual(come.map((line) => line.trim()))
    expect(found.gone).toHaveLength(gone)
    expect(after).toContain('# the yard comes last')
  })

  it.each([
    ['lists that are not indented', 'cameras:\n- id: gate\n  url: rtsp://192.0.2.10/one\n  zones: [ ]\n'],
    ['two spaces', 'cameras:\n  - id: gate\n    url:    rtsp://192.0.2.10/one\n'],
    ['six spaces', 'cameras:\n      - id: gate\n        url: rtsp://192.0.2.10/one\n'],
    ['braces in one line', '{version: 1, cameras: [{id: gate, url: "rtsp://192.0.2.10/one"}]}\n'],
  ])('adds to a file with %s', (_what, text) => {
    const whole = text.startsWith('{') ? text : `version: 1\n${text}`
    const after = edit(whole, { kind: 'pause', id: 'gate' })
    expect(parseDocument(after).toJS()).toMatchObject({ cameras: [{ id: 'gate', paused: true }] })
    if (!text.startsWith('{')) expect(difference(whole, after).gone).toEqual([])
  })

  it('keeps the line ends of Windows', () => {
    const windows = written.replaceAll('\n', '\r\n')
    const after = edit(windows, { kind: 'pause', id: 'gate' })
    expect(after.replaceAll('\r\n', '')).not.toContain('\n')
    expect(difference(windows, after).gone).toEqual([])
  })

  it('writes the file anew where lines cannot be kept', () => {
    const [plain, edited] = ['a: 1\nb: |\n  x\n', 'a: 2\nb: |\n  x\n']
    expect(keepLines('{a: 1, b: "x\\n"}\n', plain, edited)).toBe(edited)
  })

  it('says what the library says, whatever is edited, however it was written', () => {
    const name = fc.stringMatching(/^[a-e]$/)
    const value = fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 4 }))
    const fields = fc.dictionary(name, fc.oneof(value, fc.dictionary(name, value)))
    const style = fc.record({
      lineWidth: fc.constantFrom(0, 10, 80),
      indent: fc.constantFrom(2, 4),
      flowCollectionPadding: fc.boolean(),
      collectionStyle: fc.constantFrom('any' as const, 'flow' as const, 'block' as const),
    })
    fc.assert(
      fc.property(fields, style, name, value, (before, how, key, wanted) => {
        const text = parseDocument(JSON.stringify(before)).toString(how)
        const document = parseDocument(text)
        const plain = document.toString({ lineWidth: 0 })
        if (document.contents === null) return
        document.set(key, document.createNode(wanted))
        const edited = document.toString({ lineWidth: 0 })
        const kept = keepLines(text, plain, edited)
        expect(parseDocument(kept).toJS()).toEqual(parseDocument(edited).toJS())
        if (plain === edited) expect(parseDocument(kept).toJS()).toEqual(before)
      }),
    )
  })
})
