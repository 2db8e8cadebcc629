/** Bits of the number, and bits of the check after them. */
const numberBits = 12
const checkBits = 4
const bits = numberBits + checkBits
/** Part of the picture's height that the number takes, at the top. */
const stripShare = 0.25

/**
 * Filters of ffmpeg that write each picture's number into a strip at the top: a row of black and white blocks, the
 * highest bit on the left, with a check, so that a broken picture is not taken for another one.
 */
export function numberFilter(): string {
  const bit = (index: number) => `mod(floor(n/${2 ** index}),2)`
  const check = (index: number) =>
    `mod(${[0, 4, 8].map((add) => `floor(n/${2 ** (index + add)})`).join('+')},2)`
  const lit = Array.from({ length: bits }, (_, place) =>
    place < numberBits ? bit(numberBits - 1 - place) : check(checkBits - 1 - (place - numberBits)),
  )
  const box = (place: number, width: number, rest: string) =>
    `drawbox=x=iw*${place}/${bits}:y=0:w=iw*${width}/${bits}:h=ih*${stripShare}:t=fill:${rest}`
  return [
    box(0, bits, 'color=black'),
    ...lit.map((expression, place) => box(place, 1, `color=white:enable='${expression}'`)),
  ].join(',')
}

/** The number in an rgb24 picture of any size, or null where it cannot be read. */
export function readFrameNumber(data: Uint8Array, widthPx: number, heightPx: number): number | null {
  const row = Math.floor((heightPx * stripShare) / 2)
  let value = 0
  for (let place = 0; place < bits; place += 1) {
    const column = Math.floor(((place + 0.5) * widthPx) / bits)
    const at = (row * widthPx + column) * 3
    const light = (data[at]! + data[at + 1]! + data[at + 2]!) / 3
    if (light > 90 && light < 165) return null
    value = value * 2 + (light > 127 ? 1 : 0)
  }
  const number = value >> checkBits
  const check = (number ^ (number >> 4) ^ (number >> 8)) & 15
  return check === (value & 15) ? number : null
}
