import { type Clip, clipContent } from '../core/clip.ts'

/** Batch buffers of one worker: given out for a batch, transferred to the worker, and brought back by it. */
export interface BatchBuffers {
  /**
   * The clips' pixels as uint8 [slots, T, H, W, 3], their samples as int16 [slots, T], or their bodies as float32
   * [slots, T, 2, 17, 3], at the start of a buffer. Each frame is copied once, here. Rows beyond the clips hold whatever
   * was there before.
   */
  pack(clips: readonly Clip[], slots: number): ArrayBuffer
  /** Takes a buffer back for the next batch. */
  giveBack(buffer: ArrayBuffer): void
}

/**
 * @param clipBytes T × H × W × 3, two for each sample of sound, or four for each number of a body.
 * @param maxBatch clips that a buffer can need to hold.
 * @param idle buffers kept while they are not in use.
 */
export function createBatchBuffers(options: {
  clipBytes: number
  maxBatch: number
  idle: number
}): BatchBuffers {
  const { clipBytes, maxBatch, idle } = options
  let spare: ArrayBuffer[] = []

  return {
    pack(clips, slots) {
      const found = spare.findIndex((buffer) => buffer.byteLength >= slots * clipBytes)
      // Grows in powers of two, so that small sites do not pay for the largest batch.
      const capacity = Math.min(maxBatch, 2 ** Math.ceil(Math.log2(slots)))
      const [buffer = new ArrayBuffer(Math.max(slots, capacity) * clipBytes)] =
        found < 0 ? [] : spare.splice(found, 1)
      const bytes = new Uint8Array(buffer)
      let at = 0
      for (const clip of clips)
        for (const data of clipContent(clip)) {
          bytes.set(data, at)
          at += data.length
        }
      return buffer
    },
    giveBack(buffer) {
      spare = [...spare, buffer].sort((a, b) => b.byteLength - a.byteLength).slice(0, idle)
    },
  }
}

/**
 * Rows of a batch of `clips`: as many, except for providers that prepare kernels anew for every shape, which get the
 * next power of two.
 */
export function batchSlots(clips: number, maxBatch: number, provider: string): number {
  if (provider !== 'tensorrt' && provider !== 'webgpu') return clips
  return Math.min(maxBatch, 2 ** Math.ceil(Math.log2(clips)))
}
