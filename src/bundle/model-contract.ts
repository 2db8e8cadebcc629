import type { ModelContract } from '../core/bundle.ts'
import type { Bundle } from './bundle-schema.ts'

/** What clip cutting, alerting and the camera's scaler need to know of a bundle. */
export function modelContract(bundle: Bundle): ModelContract {
  return {
    name: bundle.name,
    version: bundle.version,
    kind: bundle.kind,
    frames: bundle.temporal.frames,
    sampleFps: bundle.temporal.sampleFps,
    strideFrames: bundle.temporal.strideFrames,
    widthPx: bundle.input.widthPx,
    heightPx: bundle.input.heightPx,
    labels: bundle.labels.map((label) => label.name),
    ...(bundle.decode && { fit: bundle.decode.fit }),
  }
}
