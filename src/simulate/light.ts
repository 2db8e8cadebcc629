import type { Random } from '../core/random.ts'
import type { SceneScript } from './script.ts'

/** What lamp, exposure and sensor do to the finished picture; in place. `frameSeed` picks the noise. */
export function createLight(
  script: SceneScript,
  random: Random,
): (data: Uint8Array, tS: number, frameSeed: number) => void {
  const gainAt = createGain(script, random.fork('gain'))
  const night = script.light === 'night'
  const table = noiseTable(script.noise * (night ? 1.6 : 1), random.fork('noise'))
  return (data, tS, frameSeed) => {
    const gain = gainAt(tS)
    // Where in the table a frame begins: any place, so that noise does not repeat.
    let at = (Math.imul(frameSeed + 1, 0x9e3779b1) >>> 0) % table.length
    if (night) {
      for (let i = 0; i < data.length; i += 3) {
        const grey = (data[i]! * 0.3 + data[i + 1]! * 0.6 + data[i + 2]! * 0.1) * gain + table[at]!
        const value = Math.max(0, Math.min(255, grey))
        data[i] = value
        data[i + 1] = value
        data[i + 2] = value
        at = at + 1 === table.length ? 0 : at + 1
      }
      return
    }
    for (let i = 0; i < data.length; i += 1) {
      const value = data[i]! * gain + table[at]!
      data[i] = Math.max(0, Math.min(255, value))
      at = at + 1 === table.length ? 0 : at + 1
    }
  }
}

function createGain({ light, clutter }: SceneScript, random: Random): (tS: number) => number {
  const base = { day: 1, dusk: 0.55, night: 0.8, flicker: 0.9, drift: 0.9 }[light] * random.range(0.85, 1.1)
  const phase = random.range(0, 6.3)
  const switches = clutter.includes('light-switch')
    ? Array.from({ length: 40 }, (_, n) => n * 12 + random.range(0, 10))
    : []
  return (tS) => {
    const flicker = light === 'flicker' ? 0.05 * Math.sin(tS * 19 + phase) : 0
    const drift = light === 'drift' ? 0.2 * Math.sin(tS * 0.35 + phase) : 0
    const off = switches.filter((at) => at <= tS).length % 2 === 1 ? 0.6 : 1
    return (base + flicker + drift) * off
  }
}

/** Gaussian numbers (Box and Muller 1958); prime in length so that rows do not line up. */
function noiseTable(deviation: number, random: Random): Float32Array {
  return Float32Array.from({ length: 65_537 }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    return deviation * radius * Math.cos(Math.PI * 2 * random.next())
  })
}
