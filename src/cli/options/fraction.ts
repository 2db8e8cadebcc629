import { decimal } from './decimal.ts'
import { WrongValue } from './wrong-value.ts'

const factor = decimal({ above: 0, most: 1000 })

/** Reads a factor: a number, or one part of a number, such as 1/255. */
export function fraction(text: string): number {
  const [, divisor] = /^1\/(.+)$/.exec(text) ?? []
  try {
    return divisor === undefined ? factor(text) : 1 / factor(divisor)
  } catch {
    throw new WrongValue('a number above 0, at most 1000, or a part such as 1/255')
  }
}
