import { WrongValue } from './wrong-value.ts'

/** From `least`, or from what is greater than `above`, to `most`. */
export type DecimalRange =
  | { readonly least: number; readonly most: number }
  | { readonly above: number; readonly most: number }

const written = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i

/** Reads a number within bounds, in plain digits. */
export function decimal(range: DecimalRange): (text: string) => number {
  const { most } = range
  return (text) => {
    const value = written.test(text) ? Number(text) : Number.NaN
    if (('least' in range ? value >= range.least : value > range.above) && value <= most) return value
    throw new WrongValue(
      'least' in range
        ? `a number from ${range.least} to ${most}`
        : `a number above ${range.above}, at most ${most}`,
    )
  }
}

/** Reads a probability or another part of a whole. */
export const share = decimal({ least: 0, most: 1 })
