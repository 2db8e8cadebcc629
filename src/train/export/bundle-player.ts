import type { Bundle } from '../../bundle/bundle-schema.ts'
import { createSession } from '../../onnx/create-session.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { sessionSettings } from '../../onnx/session-settings.ts'

/** A bundle's graph that scores whole videos, outside the engine: for calibration, checks and measurements. */
export interface BundlePlayer {
  /** Bytes of one call for one video: T · H · W · 3. */
  readonly callBytes: number
  /**
   * Scores videos of equal length side by side, uint8 [frames, H, W, 3] each: call by call from an empty memory, clips
   * back to back. Frames that do not fill a call are left out. Gives each call's output [videos, labels], before any
   * activation; a stream's warm-up is left out unless nothing would remain.
   */
  score(videos: readonly Uint8Array[]): Promise<Float32Array[]>
  /** The same, with every call's results by output name. */
  play(videos: readonly Uint8Array[], see: (results: Readonly<Record<string, Tensor>>) => void): Promise<void>
  close(): Promise<void>
}

/** `graph` stands for the bundle's own file: a changed copy with the same inputs and outputs, or with more outputs. */
export async function openBundlePlayer(options: {
  bundle: Bundle
  graph: Uint8Array
  threads: number
}): Promise<BundlePlayer> {
  const { bundle, graph, threads } = options
  const { temporal, input, states, output, warmupClips } = bundle
  const session = await createSession(graph, {
    threads,
    extra: sessionSettings(),
  })
  const callBytes = temporal.frames * input.heightPx * input.widthPx * 3

  const player: BundlePlayer = {
    callBytes,
    async play(videos, see) {
      const rows = videos.length
      const shape = [rows, temporal.frames, input.heightPx, input.widthPx, 3]
      const calls = Math.floor(Math.min(...videos.map(({ length }) => length)) / callBytes)
      let memory: Record<string, Tensor> = Object.fromEntries(
        states.map((state) => {
          const dims = [rows, ...state.shape]
          return [state.input, new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b)), dims)]
        }),
      )
      for (let call = 0; call < calls; call += 1) {
        const pixels = new Uint8Array(rows * callBytes)
        videos.forEach((video, row) => {
          pixels.set(video.subarray(call * callBytes, (call + 1) * callBytes), row * callBytes)
        })
        const results = await session.run({ ...memory, [input.name]: new Tensor('uint8', pixels, shape) })
        memory = Object.fromEntries(states.map((state) => [state.input, results[state.output]!]))
        see(results)
      }
    },
    async score(videos) {
      const answers: Float32Array[] = []
      await player.play(videos, (results) => answers.push(results[output.name]!.data as Float32Array))
      return answers.length > warmupClips ? answers.slice(warmupClips) : answers.slice(-1)
    },
    close: () => session.release(),
  }
  return player
}
