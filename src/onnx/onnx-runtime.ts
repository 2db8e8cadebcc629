// The only place that loads ONNX Runtime: what must be set before is set.
import './runtime-telemetry.ts'

export { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node'
