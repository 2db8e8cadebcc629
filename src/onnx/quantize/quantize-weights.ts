/** Weights as 8-bit numbers: value ≈ quantised × scale of its channel. */
export interface QuantizedWeights {
  readonly values: Int8Array
  /** One for each channel. */
  readonly scales: Float32Array
  /** Root of the mean squared error relative to that of the weights: 0 is exact. */
  readonly relativeError: number
}

/** How channels lie in a tensor: `[outer, channels, inner]` after flattening what is before and behind their axis. */
export interface ChannelLayout {
  readonly outer: number
  readonly channels: number
  readonly inner: number
}

/**
 * Symmetric quantisation, one scale for each channel: the largest weight of a channel becomes 127, or 63 with
 * `sevenBits`: two products with activations of at most 255 then fit into 16 bits whatever they are (2 · 255 · 63 =
 * 32,130), as processors without VNNI add them up. ONNX Runtime itself takes weights up to 63 as safe.
 */
export function quantizeWeights(
  weights: Float32Array,
  { outer, channels, inner }: ChannelLayout,
  sevenBits: boolean,
): QuantizedWeights {
  const top = sevenBits ? 63 : 127
  const largest = new Float32Array(channels)
  const each = (visit: (at: number, channel: number) => void) => {
    for (let before = 0, at = 0; before < outer; before += 1)
      for (let channel = 0; channel < channels; channel += 1)
        for (let behind = 0; behind < inner; behind += 1, at += 1) visit(at, channel)
  }
  each((at, channel) => {
    largest[channel] = Math.max(largest[channel]!, Math.abs(weights[at]!))
  })
  // A channel of zeros stays zeros under any scale.
  const scales = largest.map((value) => (value > 0 ? value / top : 1))
  const values = new Int8Array(weights.length)
  let error = 0
  let power = 0
  each((at, channel) => {
    const scale = scales[channel]!
    const value = Math.max(-top, Math.min(top, Math.round(weights[at]! / scale)))
    values[at] = value
    error += (value * scale - weights[at]!) ** 2
    power += weights[at]! ** 2
  })
  return { values, scales, relativeError: power > 0 ? Math.sqrt(error / power) : 0 }
}
