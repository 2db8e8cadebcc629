/** The smallest of 1, 2 or 5 times a power of ten that divides a length into at most `wanted` parts. */
export function tickStep(length: number, wanted: number): number {
  const rough = length / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!
}

/** Round numbers from `low` to `high`, at most `wanted` steps. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low]
  const step = tickStep(high - low, wanted)
  const first = Math.ceil(low / step - 1e-6)
  const count = Math.floor(high / step + 1e-6) - first + 1
  return Array.from({ length: count }, (_, index) => (first + index) * step)
}

/** A tick's number without digits that carry nothing. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e6) return value.toExponential(0).replace('e+', 'e')
  return String(Number(value.toPrecision(4)))
}
