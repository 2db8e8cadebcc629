export interface Random {
  /** In [0, 1). */
  next(): number
  range(low: number, high: number): number
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Normally distributed with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number
  /** An independent generator for a named purpose, so that adding a draw elsewhere changes nothing here. */
  fork(name: string): Random
}

/** Reproducible random numbers: xoshiro128** (Blackman, Vigna 2018), seeded through splitmix32. */
export function createRandom(seed: number): Random {
  let mixer = seed | 0
  const splitmix = () => {
    mixer = (mixer + 0x9e3779b9) | 0
    let z = mixer
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()]
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k))
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result / 4294967296
  }
  const range = (low: number, high: number) => low + (high - low) * next()
  return {
    next,
    range,
    int: (low, high) => Math.floor(range(low, high + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork(name) {
      let hash = seed | 0
      for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
      return createRandom(hash)
    },
  }
}
