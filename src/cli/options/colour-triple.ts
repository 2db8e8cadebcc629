import { type DecimalRange, decimal } from './decimal.ts'
import { WrongValue } from './wrong-value.ts'

export type ColourTriple = [red: number, green: number, blue: number]

/** Reads a number for red, green and blue, or one for all of them. */
export function colourTriple(range: DecimalRange): (text: string) => ColourTriple {
  const read = decimal(range)
  const bounds = 'least' in range ? `from ${range.least} to ${range.most}` : `must be above ${range.above}`
  return (text) => {
    try {
      const values = text.split(',').map((part) => read(part.trim()))
      const [red, green = red, blue = red] = values
      if (values.length === 1 || values.length === 3) return [red!, green!, blue!]
    } catch (thrown) {
      if (!(thrown instanceof WrongValue)) throw thrown
    }
    throw new WrongValue(
      `three numbers for red, green and blue, each ${bounds}, such as 0.485,0.456,0.406, or one for all`,
    )
  }
}
