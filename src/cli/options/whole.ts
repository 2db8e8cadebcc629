import { WrongValue } from './wrong-value.ts'

/** More is a slip of the finger. */
const usualMost = 1_000_000_000

/** Reads a whole number. Without bounds it is above 0. */
export function whole({ least = 1, most }: { least?: number; most?: number } = {}): (text: string) => number {
  return (text) => {
    const digits = /^\d+$/.test(text)
    const value = digits ? Number(text) : Number.NaN
    if (value >= least && value <= (most ?? usualMost)) return value
    if (most !== undefined) throw new WrongValue(`give a whole number from ${least} to ${most}`)
    if (value > usualMost) throw new WrongValue(`give at most ${usualMost}`)
    throw new WrongValue(
      least === 0 ? 'give a whole number, 0 or more' : `give a whole number above ${least - 1}`,
    )
  }
}
