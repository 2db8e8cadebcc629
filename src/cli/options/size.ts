import { WrongValue } from './wrong-value.ts'

export type Size = readonly [widthPx: number, heightPx: number]

/** Reads the size of a picture, such as 640x360. Videos need even sides. */
export function size({
  least = 1,
  even = false,
}: {
  least?: number
  even?: boolean
} = {}): (text: string) => Size {
  return (text) => {
    const [, width = '', height = ''] = /^(\d{1,4})x(\d{1,4})$/i.exec(text) ?? []
    const sides: Size = [Number(width), Number(height)]
    if (sides.every((side) => side >= least && (!even || side % 2 === 0))) return sides
    throw new WrongValue(
      even ? 'give WIDTHxHEIGHT, both even, such as 640x360' : 'width x height in pixels, such as 224x224',
    )
  }
}
