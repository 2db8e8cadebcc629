import { describe, expect, it } from 'vitest'
import { momentOf, readLabelsTable } from '../../../../src/core/text/labels-table.ts'

const cells = (text: Uint8Array | string) => {
  const { columns, rows } = readLabelsTable(text, 'labels.csv')
  return rows.map(({ at, cell }) => [at, ...columns.map((name) => cell(name))])
}
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')
const expected = [
  ['labels.csv:2', 'a, b.mp4', 'fäll', 'anna'],
  ['labels.csv:3', 'c.mp4', 'say "no"', 'ben'],
]

describe('a table of labels', () => {
  const plain = 'path,label,group\n"a, b.mp4",fäll,anna\nc.mp4,"say ""no""",ben\n'
  const semicolons = 'path;label;group\na, b.mp4;fäll;anna\nc.mp4;"say ""no""";ben\n'
  it.each([
    ['with commas', plain],
    ['with Windows line ends', plain.replaceAll('\n', '\r\n')],
    ['with old Mac line ends', plain.replaceAll('\n', '\r')],
    ['without an end of the last line', plain.trimEnd()],
    ['with a byte order mark', Buffer.from(`\uFEFF${plain}`)],
    [
      'with a byte order mark before quotes',
      Buffer.from(`\uFEFF${plain.replace('path,label', '"path","label"')}`),
    ],
    ['with semicolons', semicolons],
    ['with semicolons and a byte order mark', Buffer.from(`\uFEFF${semicolons}`)],
    ['with tabs, in UTF-16', utf16(semicolons.replaceAll(';', '\t'))],
    ['with spaces around the cells', plain.replace('c.mp4,', ' c.mp4 , ')],
  ])('is read %s', (_name, text) => {
    expect(cells(text)).toEqual(expected)
  })

  it('is read after the line that says what separates', () => {
    expect(cells(`sep=;\r\n${semicolons}`)).toEqual(
      expected.map(([, ...rest], n) => [`labels.csv:${n + 3}`, ...rest]),
    )
  })

  it('counts the lines that are empty', () => {
    expect(cells('path,label\n\n,\na,b\n')).toEqual([['labels.csv:4', 'a', 'b']])
  })

  it('compares names of columns without regard to case, and has nothing for what is missing', () => {
    const [row] = readLabelsTable('Path,StartMs\na\n', 'x').rows
    expect([row!.cell('path'), row!.cell('startMs'), row!.cell('group')]).toEqual(['a', '', ''])
    expect(momentOf(row!, 'startMs')).toBeNull()
  })

  it.each([
    ['too many cells', 'path,label\na,b,c\n', /labels\.csv:2: has 3 cells for 2 columns/],
    ['a column twice', 'path,label,Path\n', /labels\.csv:1: the column path is there twice/],
    ['an open quote', 'path,label\n"a,b\n', /labels\.csv:\d+: is no table/],
    ['other bytes', Uint8Array.of(0x70, 0xe4, 0x2c), /labels\.csv: is not text in UTF-8/],
  ])('says what is wrong: %s', (_name, text, message) => {
    expect(() => readLabelsTable(text, 'labels.csv')).toThrow(message)
  })

  it.each(['soon', '-1', 'NaN', 'Infinity'])('refuses the moment %s', (text) => {
    const [row] = readLabelsTable(`startMs\n${text}\n`, 'l.csv').rows
    expect(() => momentOf(row!, 'startMs')).toThrow(/l\.csv:2: startMs/)
  })
})
