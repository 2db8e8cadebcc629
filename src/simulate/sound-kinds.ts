import type { Random } from '../core/random.ts'
import {
  addAt,
  bandPass,
  decaying,
  faded,
  harmonics,
  highPass,
  lowPass,
  samplesOf,
  toPeak,
  whiteNoise,
} from './sound-shapes.ts'

/** What simulated sounds there are; the last three are what is heard when nothing happens. */
export const soundKinds = ['scream', 'glass', 'shot', 'speech', 'noise', 'silence'] as const
export type SoundKind = (typeof soundKinds)[number]

/** One sound of a kind, of peak 1, without what is around it. Empty for silence. */
export const soundOf: Record<SoundKind, (random: Random, seconds: number) => Float32Array> = {
  scream,
  glass,
  shot,
  speech,
  noise,
  silence: () => new Float32Array(0),
}

/** A high voice that rises, wavers and falls, rough at times. */
function scream(random: Random): Float32Array {
  const seconds = random.range(0.6, 1.8)
  const [low, high] = [random.range(500, 900), random.range(1100, 1900)]
  const waver = { hz: random.range(4, 9), depth: random.range(0.01, 0.05) }
  const roughHz = random.range(35, 120)
  const rough = random.range(0, 0.5)
  const tilt = random.range(0.45, 0.8)
  const voice = harmonics(
    samplesOf(seconds),
    (t) => {
      const rise = Math.min(1, (t / seconds) * 3)
      const fall = Math.max(0, (t / seconds - 0.75) * 2)
      return (
        (low + (high - low) * (rise - fall * 0.6)) * (1 + waver.depth * Math.sin(2 * Math.PI * waver.hz * t))
      )
    },
    Array.from({ length: 8 }, (_, k) => tilt ** k),
  )
  const beaten = voice.map(
    (x, n) => x * (1 - rough * (0.5 + 0.5 * Math.sin((2 * Math.PI * roughHz * n) / 16_000))),
  )
  addAt(beaten, bandPass(whiteNoise(beaten.length, random), 3000, 1), 0, random.range(0.05, 0.3))
  return toPeak(faded(beaten, 0.06), 1)
}

/** A hard crack, then shards that ring high and fall for half a second. */
function glass(random: Random): Float32Array {
  const out = new Float32Array(samplesOf(random.range(0.5, 1)))
  const crack = decaying(
    highPass(whiteNoise(samplesOf(0.15), random), random.range(1500, 3000)),
    random.range(0.01, 0.04),
  )
  addAt(out, crack, 0, 0.8)
  const shards = random.int(18, 45)
  for (let shard = 0; shard < shards; shard += 1) {
    const startS = shard < 6 ? random.range(0, 0.02) : random.range(0.02, 0.5)
    const hz = random.range(2200, 7400)
    const ring = decaying(
      harmonics(samplesOf(0.4), () => hz, [1]),
      random.range(0.015, 0.12),
    )
    addAt(out, ring, samplesOf(startS), random.range(0.1, 0.5) * Math.exp(-startS * 2))
  }
  return toPeak(out, 1)
}

/** A bang over all frequencies at once, a thump under it, and echoes of walls. */
function shot(random: Random): Float32Array {
  const out = new Float32Array(samplesOf(random.range(0.5, 0.9)))
  const bang = decaying(whiteNoise(samplesOf(0.3), random), random.range(0.012, 0.035))
  addAt(out, bang, 0)
  const thumpHz = random.range(70, 160)
  addAt(
    out,
    decaying(
      harmonics(samplesOf(0.4), (t) => thumpHz * (1 - t), [1, 0.3]),
      random.range(0.05, 0.12),
    ),
    0,
    random.range(0.6, 1.4),
  )
  const walls = random.int(2, 6)
  for (let wall = 0; wall < walls; wall += 1) {
    const delayS = random.range(0.03, 0.3)
    addAt(
      out,
      lowPass(bang, random.range(1200, 4000)),
      samplesOf(delayS),
      random.range(0.1, 0.45) * Math.exp(-delayS * 4),
    )
  }
  addAt(
    out,
    lowPass(decaying(whiteNoise(out.length, random), random.range(0.1, 0.25)), 2500),
    0,
    random.range(0.05, 0.2),
  )
  return toPeak(out, 1)
}

/** One to four voices that talk: syllables of vowels with formants, and hisses between. */
function speech(random: Random, seconds: number): Float32Array {
  const out = new Float32Array(samplesOf(seconds))
  const voices = random.int(1, 4)
  for (let voice = 0; voice < voices; voice += 1) {
    const pitchHz = random.range(85, 270)
    const loud = random.range(0.4, 1)
    for (let t = random.range(0, 0.3); t < seconds; ) {
      const lengthS = random.range(0.09, 0.28)
      addAt(out, syllable(random, pitchHz, lengthS), samplesOf(t), loud)
      if (random.chance(0.35))
        addAt(
          out,
          faded(highPass(whiteNoise(samplesOf(0.08), random), 3200), 0.02),
          samplesOf(t + lengthS * 0.9),
          loud * 0.08,
        )
      t += lengthS * random.range(0.9, 1.4) + (random.chance(0.12) ? random.range(0.2, 0.7) : 0)
    }
  }
  return toPeak(out, 1)
}

function syllable(random: Random, pitchHz: number, seconds: number): Float32Array {
  const bend = random.range(-0.15, 0.15)
  const source = harmonics(
    samplesOf(seconds),
    (t) => pitchHz * (1 + (bend * t) / seconds),
    Array.from({ length: 24 }, (_, k) => 1 / (k + 1)),
  )
  const out = new Float32Array(source.length)
  const formants = [random.range(280, 850), random.range(900, 2300), random.range(2400, 3300)]
  formants.forEach((hz, k) => {
    addAt(out, bandPass(source, hz, 6), 0, [1, 0.6, 0.25][k])
  })
  return faded(toPeak(out, 1), 0.03)
}

/** What is around cameras: wind, traffic, machines, doors that fall shut, keys and steps. */
function noise(random: Random, seconds: number): Float32Array {
  const length = samplesOf(seconds)
  const out = new Float32Array(length)
  if (random.chance(0.7)) {
    const gustHz = random.range(0.2, 1.2)
    const wind = lowPass(whiteNoise(length, random), random.range(150, 900))
    addAt(
      out,
      wind.map((x, n) => x * (0.6 + 0.4 * Math.sin((2 * Math.PI * gustHz * n) / 16_000))),
      0,
      1.5,
    )
  }
  if (random.chance(0.5)) {
    const [baseHz, drift] = [random.range(40, 130), random.range(-0.2, 0.2)]
    const engine = harmonics(
      length,
      (t) => baseHz * (1 + (drift * t) / seconds),
      [1, 0.7, 0.5, 0.4, 0.2, 0.1],
    )
    addAt(out, engine, 0, random.range(0.1, 0.4))
  }
  if (random.chance(0.4))
    addAt(out, bandPass(whiteNoise(length, random), random.range(500, 4000), 0.6), 0, random.range(0.1, 0.5))
  const knocks = random.chance(0.5) ? random.int(1, 4) : 0
  for (let knock = 0; knock < knocks; knock += 1) {
    const body = lowPass(
      decaying(whiteNoise(samplesOf(0.25), random), random.range(0.02, 0.07)),
      random.range(180, 700),
    )
    addAt(out, toPeak(body, random.range(0.4, 1.4)), samplesOf(random.range(0, seconds)))
  }
  const clinks = random.chance(0.25) ? random.int(1, 3) : 0
  for (let clink = 0; clink < clinks; clink += 1) {
    const hz = random.range(1800, 5000)
    addAt(
      out,
      decaying(
        harmonics(samplesOf(0.15), () => hz, [1, 0.4]),
        random.range(0.01, 0.03),
      ),
      samplesOf(random.range(0, seconds)),
      random.range(0.1, 0.5),
    )
  }
  addAt(out, whiteNoise(length, random), 0, 0.01)
  return toPeak(out, 1)
}
