/** How sound becomes a picture of its frequencies over time. */
export interface LogMelSettings {
  readonly sampleRateHz: number
  /** Samples of one column's window. */
  readonly windowSamples: number
  /** Samples between the starts of two columns. */
  readonly hopSamples: number
  /** Length of the transform; the window is filled up with zeros to it. */
  readonly fftSize: number
  readonly bands: number
  /** Lower edge of the lowest band and upper edge of the highest. */
  readonly lowHz: number
  readonly highHz: number
  /** In which scale the sides of the triangles are straight. */
  readonly sides: 'hz' | 'mel'
  /** Added to every band before the logarithm, so that silence has one. */
  readonly floor: number
}

/** 25 ms windows every 10 ms and 64 bands, as is common for sounds at 16 kHz. */
export const logMelDefaults: LogMelSettings = {
  sampleRateHz: 16_000,
  windowSamples: 400,
  hopSamples: 160,
  fftSize: 512,
  bands: 64,
  lowHz: 60,
  highHz: 7800,
  sides: 'hz',
  floor: 1e-3,
}

/**
 * What YAMNet was trained on (TensorFlow models, research/audioset/yamnet, params.py): windows of 25 ms every 10 ms, 64
 * bands from 125 to 7500 Hz, the logarithm of magnitude + 0.001. TensorFlow's mel matrix has sides that are straight in mel.
 */
export const yamnetFrontEnd: LogMelSettings = {
  ...logMelDefaults,
  lowHz: 125,
  highHz: 7500,
  sides: 'mel',
}

/** Frequency → mel (O'Shaughnessy 1987). */
export function hzToMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700)
}

export function melToHz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1)
}

/**
 * Triangles evenly spaced in mel, each 1 at its centre and 0 at the centres of its neighbours, sampled at the
 * frequencies of the transform. Their sides are straight in Hz or in mel. [bands, fftSize / 2 + 1]
 */
export function melFilters(settings: LogMelSettings): Float32Array {
  const { sampleRateHz, fftSize, bands, lowHz, highHz, sides } = settings
  const bins = fftSize / 2 + 1
  const [low, high] = [hzToMel(lowHz), hzToMel(highHz)]
  const at = (n: number) => low + ((high - low) * n) / (bands + 1)
  const edges = Array.from({ length: bands + 2 }, (_, n) => (sides === 'mel' ? at(n) : melToHz(at(n))))
  const filters = new Float32Array(bands * bins)
  for (let band = 0; band < bands; band += 1) {
    const [left, centre, right] = [edges[band]!, edges[band + 1]!, edges[band + 2]!]
    for (let bin = 0; bin < bins; bin += 1) {
      const hz = (bin * sampleRateHz) / fftSize
      const place = sides === 'mel' ? hzToMel(hz) : hz
      const rise = (place - left) / (centre - left)
      const fall = (right - place) / (right - centre)
      filters[band * bins + bin] = Math.max(0, Math.min(rise, fall))
    }
  }
  return filters
}

/**
 * The windowed transform as kernels: for each frequency a cosine, then for each a negative sine, times a periodic Hann
 * window. [2 · (fftSize / 2 + 1), windowSamples]
 */
export function fourierKernels({ windowSamples, fftSize }: LogMelSettings): Float32Array {
  const bins = fftSize / 2 + 1
  const kernels = new Float32Array(2 * bins * windowSamples)
  for (let n = 0; n < windowSamples; n += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / windowSamples)
    for (let bin = 0; bin < bins; bin += 1) {
      // The angle of whole turns is left out, which keeps it exact.
      const angle = (2 * Math.PI * ((bin * n) % fftSize)) / fftSize
      kernels[bin * windowSamples + n] = window * Math.cos(angle)
      kernels[(bins + bin) * windowSamples + n] = -window * Math.sin(angle)
    }
  }
  return kernels
}
