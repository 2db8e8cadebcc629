import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import { type SoundBlock, soundDurationUs } from '../core/sound.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'

export interface SoundCutterOptions {
  readonly model: Pick<ModelContract, 'name' | 'frames' | 'strideFrames'>
  /** Factor ≥ 1 by which strides are lengthened now, because inference is saturated. */
  readonly strideScale: () => number
  readonly telemetry: Telemetry
}

/** How far the timestamps of sound may stray from its samples: lost packets of a moment, clocks that drift. */
const toleranceUs = 200_000

/**
 * One camera's sound → windows of exactly the model's length. A window never spans a reconnect, a gap or timestamps
 * that go back: what was gathered is dropped and counted. Holds at most one window and one block; when scores come too
 * slowly, the engine's queue drops the oldest window and counts it.
 */
export function createSoundCutter(options: SoundCutterOptions): { take(block: SoundBlock): Clip[] } {
  const { model, strideScale, telemetry } = options
  const windowBytes = model.frames * 2
  let held: SoundBlock[] = []
  /** Bytes of `held`, and those at its start that no window wants any more. */
  let heldBytes = 0
  let passed = 0
  let nextPtsUs = 0

  const breakBefore = (block: SoundBlock): string | null => {
    const last = held.at(-1)
    if (!last) return null
    if (last.epoch !== block.epoch) return 'reconnect'
    const strayUs = block.ptsUs - nextPtsUs
    if (Math.abs(strayUs) <= toleranceUs) return null
    return strayUs > 0 ? 'gap' : 'backward_pts'
  }
  const forgetPassed = () => {
    while (held.length > 1 && held[0]!.data.length <= passed) {
      const { length } = held.shift()!.data
      heldBytes -= length
      passed -= length
    }
  }
  const cut = (): Clip => {
    const sound = new Uint8Array(windowBytes)
    let at = -passed
    let last = held[0]!
    for (const block of held) {
      if (at >= windowBytes) break
      sound.set(block.data.subarray(Math.max(0, -at), windowBytes - at), Math.max(0, at))
      at += block.data.length
      last = block
    }
    const first = held[0]!
    const firstPtsUs = Math.round(first.ptsUs + soundDurationUs(passed))
    return {
      cameraId: first.cameraId,
      epoch: first.epoch,
      modelName: model.name,
      frames: [],
      sound,
      firstPtsUs,
      lastPtsUs: firstPtsUs + Math.round(soundDurationUs(windowBytes)),
      firstArrivalMs: first.arrivalMs,
      lastArrivalMs: last.arrivalMs,
      lastArrivalMonoMs: last.arrivalMonoMs,
    }
  }

  return {
    take(block) {
      if (block.data.length === 0) return []
      const broken = breakBefore(block)
      if (broken !== null) {
        countDrop(telemetry, { stage: 'sound', reason: broken, cameraId: block.cameraId, count: held.length })
        held = []
        heldBytes = 0
        passed = 0
      }
      held.push(block)
      heldBytes += block.data.length
      nextPtsUs = block.ptsUs + soundDurationUs(block.data.length)
      const clips: Clip[] = []
      forgetPassed()
      while (heldBytes - passed >= windowBytes) {
        clips.push(cut())
        telemetry.count('vireo_clips_total', { camera: block.cameraId, model: model.name })
        passed += Math.max(1, Math.round(model.strideFrames * strideScale())) * 2
        forgetPassed()
      }
      return clips
    },
  }
}
