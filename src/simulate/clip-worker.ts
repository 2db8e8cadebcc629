import { parentPort, workerData } from 'node:worker_threads'
import { type ClipSamplerOptions, createClipSampler } from './clip-sampler.ts'

/** A batch of sampled clips, packed. */
export interface SampledBatch {
  /** uint8 [N, T, H, W, 3] */
  readonly clips: Uint8Array<ArrayBuffer>
  /** [N, L] */
  readonly target: Float32Array<ArrayBuffer>
  readonly weight: Float32Array<ArrayBuffer>
  /** [N, L, rows, columns], or empty. */
  readonly cellTarget: Float32Array<ArrayBuffer>
  readonly cellWeight: Float32Array<ArrayBuffer>
}

// Runs as a worker thread: answers each number N with a batch of N clips.
const options = workerData as ClipSamplerOptions
const sampler = createClipSampler(options)
parentPort?.on('message', (count: number) => {
  const clipBytes = options.frames * options.widthPx * options.heightPx * 3
  const labels = options.labels.length
  const cells = options.grid ? labels * options.grid.rows * options.grid.columns : 0
  const batch: SampledBatch = {
    clips: new Uint8Array(count * clipBytes),
    target: new Float32Array(count * labels),
    weight: new Float32Array(count * labels),
    cellTarget: new Float32Array(count * cells),
    cellWeight: new Float32Array(count * cells),
  }
  for (let n = 0; n < count; n += 1) {
    const clip = sampler.next()
    batch.clips.set(clip.frames, n * clipBytes)
    batch.target.set(clip.target, n * labels)
    batch.weight.set(clip.weight, n * labels)
    batch.cellTarget.set(clip.cellTarget, n * cells)
    batch.cellWeight.set(clip.cellWeight, n * cells)
  }
  parentPort!.postMessage(
    batch,
    Object.values(batch).map(({ buffer }) => buffer),
  )
})
