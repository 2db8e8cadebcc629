import { WrongValue } from './wrong-value.ts'

/** Reads columns x rows of the tiles of a picture. */
export function tileGrid(text: string): string {
  if (/^[1-4]x[1-4]$/.test(text)) return text
  throw new WrongValue('columns x rows, each 1 to 4, such as 2x1')
}
