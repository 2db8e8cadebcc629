import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { emitLogMel, logMelColumns } from '../../../../src/onnx/sound/log-mel.ts'
import {
  fourierKernels,
  hzToMel,
  type LogMelSettings,
  logMelDefaults,
  melFilters,
  melToHz,
  yamnetFrontEnd,
} from '../../../../src/onnx/sound/mel-filters.ts'

async function logMelOf(sounds: readonly Int16Array[], settings: LogMelSettings = logMelDefaults) {
  const samples = sounds[0]!.length
  const graph = createGraphBuilder({ name: 'front-end' })
  const sound = graph.input('clips', 'int16', ['N', samples])
  const { name, bands, columns } = emitLogMel(graph, sound, { samples, settings })
  graph.output('mel', name, 'float32', ['N', bands, columns])
  const session = await InferenceSession.create(graph.model())
  const flat = Int16Array.from(sounds.flatMap((each) => [...each]))
  const { mel } = await session.run({ clips: new Tensor('int16', flat, [sounds.length, samples]) })
  await session.release()
  return { mel: mel!.data as Float32Array, dims: mel!.dims, bands, columns }
}

const tone = (hz: number, length: number, peak = 16_384) =>
  Int16Array.from({ length }, (_, n) => Math.round(peak * Math.sin((2 * Math.PI * hz * n) / 16_000)))

/** The definition, summed term by term in double precision. */
function byDefinition(sound: Int16Array, settings: LogMelSettings): number[][] {
  const { windowSamples, hopSamples, fftSize, bands, floor, sampleRateHz, lowHz, highHz } = settings
  const mel = (hz: number) => 1127.01048 * Math.log(1 + hz / 700)
  const edge = (n: number) => {
    const at = mel(lowHz) + ((mel(highHz) - mel(lowHz)) * n) / (bands + 1)
    return settings.sides === 'mel' ? at : 700 * (Math.exp(at / 1127.01048) - 1)
  }
  const out: number[][] = []
  for (let start = 0; start + windowSamples <= sound.length; start += hopSamples) {
    const magnitudes = Array.from({ length: fftSize / 2 + 1 }, (_, k) => {
      let [re, im] = [0, 0]
      for (let n = 0; n < windowSamples; n += 1) {
        const x = (sound[start + n]! / 32768) * Math.sin((Math.PI * n) / windowSamples) ** 2
        re += x * Math.cos((2 * Math.PI * k * n) / fftSize)
        im -= x * Math.sin((2 * Math.PI * k * n) / fftSize)
      }
      return Math.hypot(re, im)
    })
    out.push(
      Array.from({ length: bands }, (_, band) => {
        const [left, centre, right] = [edge(band), edge(band + 1), edge(band + 2)]
        const sum = magnitudes.reduce((total, magnitude, k) => {
          const frequency = (k * sampleRateHz) / fftSize
          const hz = settings.sides === 'mel' ? mel(frequency) : frequency
          if (hz <= left || hz >= right) return total
          return (
            total +
            magnitude * (hz < centre ? (hz - left) / (centre - left) : (right - hz) / (right - centre))
          )
        }, 0)
        return Math.log(sum + floor)
      }),
    )
  }
  return out
}

describe('mel scale', () => {
  it('has the values that are known of it', () => {
    expect(hzToMel(0)).toBe(0)
    expect(hzToMel(700)).toBeCloseTo(2595 * Math.log10(2), 9)
    // The scale was made so that 1000 Hz is 1000 mel.
    expect(hzToMel(1000)).toBeCloseTo(1000, 1)
    expect(hzToMel(8000)).toBeCloseTo(2840.02, 2)
    for (const hz of [60, 440, 7800]) expect(melToHz(hzToMel(hz))).toBeCloseTo(hz, 9)
  })

  it('makes triangles that neighbours share evenly', () => {
    const { bands, lowHz, highHz } = logMelDefaults
    const filters = melFilters(logMelDefaults)
    const bins = 257
    const centreHz = (band: number) =>
      melToHz(hzToMel(lowHz) + ((hzToMel(highHz) - hzToMel(lowHz)) * (band + 1)) / (bands + 1))
    for (let bin = 0; bin < bins; bin += 1) {
      const hz = bin * 31.25
      const total = Array.from({ length: bands }, (_, band) => filters[band * bins + bin]!).reduce(
        (a, b) => a + b,
      )
      if (hz >= centreHz(0) && hz <= centreHz(bands - 1)) expect(total).toBeCloseTo(1, 5)
      if (hz <= lowHz || hz >= highHz) expect(total).toBe(0)
    }
  })
})

describe('log-mel front end', () => {
  it.each([
    ['of our own models', logMelDefaults],
    ['of YAMNet', yamnetFrontEnd],
  ])('%s is the definition, summed term by term', async (_, settings) => {
    const random = createRandom(3)
    const noise = Int16Array.from({ length: 1000 }, () => Math.round(6000 * random.normal()))
    const quiet = Int16Array.from({ length: 1000 }, () => Math.round(2 * random.normal()))
    const { mel, dims, bands, columns } = await logMelOf([noise, quiet], settings)
    expect(dims).toEqual([2, 64, 4])
    ;[noise, quiet].forEach((sound, row) => {
      const expected = byDefinition(sound, settings)
      for (let band = 0; band < bands; band += 1)
        for (let column = 0; column < columns; column += 1)
          expect(mel[(row * bands + band) * columns + column]).toBeCloseTo(expected[column]![band]!, 4)
    })
  })

  it('of YAMNet has the numbers that are published of it', () => {
    const { windowSamples, hopSamples, bands, lowHz, highHz, floor, sampleRateHz } = yamnetFrontEnd
    expect([sampleRateHz, windowSamples / sampleRateHz, hopSamples / sampleRateHz]).toEqual([
      16_000, 0.025, 0.01,
    ])
    expect([bands, lowHz, highHz, floor]).toEqual([64, 125, 7500, 0.001])
    expect(logMelColumns(15_600, yamnetFrontEnd)).toBe(96)
  })

  it('gives a tone what its window and triangles say', async () => {
    // 1000 Hz is the 25th of 400 steps. A sine of peak 0.5 under a Hann window of 400 samples has the magnitude
    // 0.5 · 200 / 2 = 50 there, half of that on both sides, and nothing elsewhere.
    const settings = { ...logMelDefaults, fftSize: 400 }
    const { mel, columns, bands } = await logMelOf([tone(1000, 4000)], settings)
    const filters = melFilters(settings)
    for (let band = 0; band < bands; band += 1) {
      const at = (bin: number) => filters[band * 201 + bin]!
      const expected = 25 * at(24) + 50 * at(25) + 25 * at(26)
      for (const column of [0, columns - 1])
        expect(Math.exp(mel[band * columns + column]!)).toBeCloseTo(expected + settings.floor, 2)
    }
  })

  it('gives silence the logarithm of the floor, and counts its columns', async () => {
    const { mel, columns } = await logMelOf([new Int16Array(15_600)])
    expect(columns).toBe(96)
    expect(mel.every((value) => Math.abs(value - Math.log(1e-3)) < 1e-6)).toBe(true)
    expect(logMelColumns(400)).toBe(1)
    expect(logMelColumns(559)).toBe(1)
    expect(logMelColumns(560)).toBe(2)
  })

  it('has a window that begins with zero', () => {
    const kernels = fourierKernels(logMelDefaults)
    for (let row = 0; row < 514; row += 1) expect(Math.abs(kernels[row * 400]!)).toBe(0)
    expect(kernels[200]).toBe(1)
  })
})
