import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Bundle } from '../../../src/bundle/bundle-schema.ts'
import { sessionSettings } from '../../../src/onnx/session-settings.ts'

export type Open = Awaited<ReturnType<typeof openGraph>>

/** A session as the engine's workers open it: a number of threads, none of which spins. */
export async function openGraph(bundle: Bundle, graph: string | Uint8Array, threads: number) {
  const session = await InferenceSession.create(graph as string, {
    intraOpNumThreads: threads,
    extra: sessionSettings(),
  })
  const { temporal, input, states } = bundle
  const frame = input.heightPx * input.widthPx * 3
  const stateOf = (rows: number) =>
    states.map(({ shape }) => {
      const dims = [rows, ...shape]
      return new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b)), dims)
    })
  return {
    bytes: temporal.frames * frame,
    frames: temporal.frames,
    /** From an empty memory on. */
    play(rows: number) {
      let memory = stateOf(rows)
      const shape = [rows, temporal.frames, input.heightPx, input.widthPx, 3]
      return async (pixels: Uint8Array): Promise<Float32Array> => {
        const feeds: Record<string, Tensor> = { [input.name]: new Tensor('uint8', pixels, shape) }
        states.forEach((state, at) => {
          feeds[state.input] = memory[at]!
        })
        const result = await session.run(feeds)
        memory = states.map(({ output }) => result[output] as (typeof memory)[number])
        return result[bundle.output.name]!.data as Float32Array
      }
    },
    close: () => session.release(),
  }
}

/** Part of each video, one after the other, as a batch. */
export function rowsOf(videos: readonly Uint8Array[], start: number, length: number): Uint8Array {
  const batch = new Uint8Array(videos.length * length)
  videos.forEach((video, row) => {
    batch.set(video.subarray(start, start + length), row * length)
  })
  return batch
}
