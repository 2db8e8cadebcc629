import type { Bundle } from '../bundle/bundle-schema.ts'
import { frameBytes, type ModelContract, seesPictures } from '../core/bundle.ts'
import type { Clip, Scores } from '../core/clip.ts'
import { AppError } from '../core/errors.ts'
import type { ModelRuntime, ModelStatus } from './model-runtime.ts'
import type { StagedTelemetry } from './staged-telemetry.ts'

/** A version of a model with its workers, open beside the live one. */
export interface Candidate {
  readonly bundle: Bundle
  readonly contract: ModelContract
  /** Scores a clip for itself; as InferenceEngine.infer. Nothing of it is counted for the live path. */
  infer(clip: Clip): Promise<Scores | null>
  status(): ModelStatus
  /** Ends its workers, unless it has become live. */
  close(): Promise<void>
}

/** Sees every clip that is given to a model, and its answer. */
export type Tap = (clip: Clip, answer: Promise<Scores | null>) => void

export interface OpenVersion {
  readonly runtime: ModelRuntime
  readonly telemetry: StagedTelemetry
}

/** The place of one model in the engine: its live version, those that leave, and those that wait. */
export interface ModelSlot {
  readonly live: ModelRuntime
  infer(clip: Clip): Promise<Scores | null>
  tap(look: Tap): () => void
  wait(version: OpenVersion): Candidate
  /** See InferenceEngine.swap. */
  swap(candidate: Candidate): () => Promise<void>
  close(): Promise<void>
}

export function createModelSlot(first: OpenVersion): ModelSlot {
  let live = first
  const leaving = new Set<OpenVersion>()
  const waiting = new Map<Candidate, OpenVersion>()
  const taps = new Set<Tap>()

  /** A clip that was cut for the former version goes there, as long as cameras still cut such. */
  const runtimeFor = (clip: Clip): ModelRuntime => {
    if (fits(clip, live.runtime.contract)) return live.runtime
    for (const { runtime } of leaving) if (fits(clip, runtime.contract)) return runtime
    return live.runtime
  }
  return {
    get live() {
      return live.runtime
    },
    infer(clip) {
      const answer = runtimeFor(clip).infer(clip)
      for (const look of taps) look(clip, answer)
      return answer
    },
    tap(look) {
      taps.add(look)
      return () => void taps.delete(look)
    },
    wait(version) {
      const { runtime } = version
      const candidate: Candidate = {
        bundle: runtime.bundle,
        contract: runtime.contract,
        infer: (clip) => runtime.infer(clip),
        status: () => runtime.status(),
        async close() {
          if (waiting.delete(candidate)) await runtime.close()
        },
      }
      waiting.set(candidate, version)
      return candidate
    },
    swap(candidate) {
      const next = waiting.get(candidate)
      if (!next)
        throw new AppError('BUG_UNEXPECTED', 'a candidate was closed, or is live already, and cannot go live')
      const former = live
      waiting.delete(candidate)
      leaving.add(former)
      former.telemetry.stage = 'leaving'
      next.telemetry.stage = 'live'
      live = next
      return async () => {
        await former.runtime.retire()
        leaving.delete(former)
      }
    },
    async close() {
      const all = [live, ...leaving, ...waiting.values()]
      waiting.clear()
      await Promise.all(all.map(({ runtime }) => runtime.close()))
    },
  }
}

function fits(clip: Clip, contract: ModelContract): boolean {
  const { kind, frames, widthPx, heightPx } = contract
  if (!seesPictures(contract))
    return (kind === 'audio' ? clip.sound : clip.bodies)?.length === frames * frameBytes(contract)
  const [first] = clip.frames
  return clip.frames.length === frames && first!.widthPx === widthPx && first!.heightPx === heightPx
}

/** Whether clips that were cut for one model can be given to the other. */
export function sameGeometry(a: ModelContract, b: ModelContract): boolean {
  const keys = ['kind', 'frames', 'sampleFps', 'strideFrames', 'widthPx', 'heightPx'] as const
  return keys.every((key) => a[key] === b[key])
}
