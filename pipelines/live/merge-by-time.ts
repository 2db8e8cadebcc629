import type { spawn as nodeSpawn } from 'node:child_process'
import { readFrames } from '../../src/camera/read-frames.ts'
import type { Frame, FrameStreamSpec } from '../../src/core/frame.ts'

/** The frames of several streams of one file, in the order of their PTS; equal ones in the order of the streams. */
export async function* mergeByTime(
  specs: readonly FrameStreamSpec[],
  options: {
    readonly video: string
    readonly cameraId: string
    /** Wall clock of the first frame. */
    readonly startMs: number
    readonly spawn: typeof nodeSpawn
  },
): AsyncGenerator<{ spec: FrameStreamSpec; frame: Frame }> {
  const { video: file, cameraId, startMs, spawn } = options
  const streams = specs.map((spec) => ({
    spec,
    frames: readFrames({ cameraId, file, spec, startMs, spawn }),
  }))
  try {
    const heads = await Promise.all(streams.map(({ frames }) => frames.next()))
    for (;;) {
      let next = -1
      for (const [at, { done, value }] of heads.entries())
        if (!done && (next < 0 || value.ptsUs < (heads[next]!.value as Frame).ptsUs)) next = at
      if (next < 0) return
      const frame = heads[next]!.value as Frame
      const { spec, frames } = streams[next]!
      yield { spec, frame }
      heads[next] = await frames.next()
    }
  } finally {
    await Promise.all(streams.map(({ frames }) => frames.return(undefined)))
  }
}
