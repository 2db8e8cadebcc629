/** Rows of three dots as octal digits from the top, five for each sign: enough to read names and numbers. */
const table: Readonly<Record<string, string>> = {
  A: '25755',
  B: '65656',
  C: '34443',
  D: '65556',
  E: '74647',
  F: '74644',
  G: '34553',
  H: '55755',
  I: '72227',
  J: '11152',
  K: '55655',
  L: '44447',
  M: '57755',
  N: '65555',
  O: '25552',
  P: '65644',
  Q: '25563',
  R: '65655',
  S: '34216',
  T: '72222',
  U: '55557',
  V: '55552',
  W: '55775',
  X: '55255',
  Y: '55222',
  Z: '71247',
  0: '75557',
  1: '26227',
  2: '71747',
  3: '71717',
  4: '55711',
  5: '74717',
  6: '74757',
  7: '71122',
  8: '75757',
  9: '75717',
  '.': '00002',
  ',': '00024',
  '-': '00700',
  _: '00007',
  ':': '02020',
  '/': '11244',
  '%': '51245',
  '#': '57575',
  '=': '07070',
  '+': '02720',
  '(': '12221',
  ')': '42224',
  ' ': '00000',
  '?': '71202',
}

/** Dots of one sign and the gap to the next. */
export const signWidth = 4
export const signHeight = 5

/** The dots of a line of text, column and row from its top left. Signs that are not in the table are question marks. */
export function* dotsOf(text: string): Generator<readonly [column: number, row: number]> {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase()
  let left = 0
  for (const sign of plain) {
    const rows = Object.hasOwn(table, sign) ? table[sign]! : table['?']!
    for (let row = 0; row < signHeight; row += 1)
      for (let column = 0; column < 3; column += 1)
        if (Number(rows[row]) & (4 >> column)) yield [left + column, row]
    left += signWidth
  }
}

/** How many signs are drawn for a text. */
export function signsOf(text: string): number {
  return [...text.normalize('NFKD').replace(/\p{M}/gu, '')].length
}
