import type { PrecisionTask } from '../onnx/quantize/measure-precision.ts'
import type { Bundle } from './bundle-schema.ts'

/** A bundle of kind clip or stream as what two graphs of it are compared on. */
export function precisionTask(
  bundle: Pick<Bundle, 'temporal' | 'input' | 'output' | 'states' | 'warmupClips'>,
): PrecisionTask {
  const { temporal, input, output, states, warmupClips } = bundle
  return {
    input: input.name,
    inputShape: [temporal.frames, input.heightPx, input.widthPx, 3],
    output: output.name,
    activation: output.activation,
    states,
    warmup: warmupClips,
  }
}
