import { defer, distinctUntilChanged, map, type OperatorFunction } from 'rxjs'
import type { ViewState } from '../core/camera-status.ts'
import type { Frame } from '../core/frame.ts'
import { blockMeans } from './block-means.ts'

export interface PictureHealthSettings {
  /** Time without any change of any pixel after which a picture counts as frozen. */
  readonly frozenAfterMs: number
  /** Time after which a dark, flat or different view counts. */
  readonly tamperAfterMs: number
}

/**
 * A picture is alive when so many of the last pairs of frames differ. A camera whose sensor hangs still encodes:
 * its picture changes a little with every keyframe, and only then.
 */
const lively = { changes: 3, pairs: 8 }
/** Share of the bytes that may change, and by how much of 255, while the picture still counts as the same. */
const encoderFlicker = { share: 0.01, step: 3 }
/** Brightness, of 255, under which a picture shows nothing. */
const darkMean = 14
/** Deviation of block brightness under which a picture has no structure. */
const flatDeviation = 5
/** Correlation with the usual view under which it is another one. */
const strange = 0.35
/** Share that a frame has in the usual view. */
const learning = 0.004
/** How long a new view is reported before it becomes the usual one. */
const adoptAfterMs = 60_000

/**
 * Tells when packets flow but the picture is of no use: `frozen` (hardly a frame differs from the one before;
 * sensor noise alone keeps a quiet scene alive), `dark`, `covered` (no structure), `moved` (not the usual view). Emits changes only. Time is
 * the video's own; a new connection starts afresh but keeps the usual view.
 */
export function pictureHealth(settings: PictureHealthSettings): OperatorFunction<Frame, ViewState> {
  return (source) => defer(() => source.pipe(map(createLook(settings)), distinctUntilChanged()))
}

function createLook({ frozenAfterMs, tamperAfterMs }: PictureHealthSettings): (frame: Frame) => ViewState {
  let before: Frame | null = null
  let aliveUs = 0
  let changes: boolean[] = []
  let usual: Float32Array | null = null
  let suspect: { state: ViewState; sinceUs: number } = { state: 'ok', sinceUs: 0 }

  return (frame) => {
    const { data, epoch, ptsUs } = frame
    const same =
      before !== null && before.epoch === epoch && before.ptsUs < ptsUs && hardlyDiffer(before.data, data)
    if (before === null || before.epoch !== epoch || ptsUs < suspect.sinceUs) {
      suspect = { state: 'ok', sinceUs: ptsUs }
      aliveUs = ptsUs
      changes = []
    } else {
      changes.push(!same)
      if (changes.length > lively.pairs) changes.shift()
    }
    if (countTrue(changes) >= lively.changes) aliveUs = ptsUs
    before = frame

    const pattern = blockMeans(data, frame.widthPx, frame.heightPx)
    const { mean, deviation } = normalise(pattern)
    const state = judge(pattern, { mean, deviation }, usual)
    if (state !== suspect.state) suspect = { state, sinceUs: ptsUs }
    // Behind a cap, or at night, there is nothing that could change.
    if (state === 'dark' || state === 'covered') aliveUs = ptsUs
    if (ptsUs - aliveUs >= frozenAfterMs * 1000) return 'frozen'
    const forMs = (ptsUs - suspect.sinceUs) / 1000
    if (state === 'ok') usual = learn(usual, pattern)
    if (state === 'moved' && forMs >= adoptAfterMs) usual = pattern
    return forMs >= tamperAfterMs ? state : 'ok'
  }
}

function countTrue(values: readonly boolean[]): number {
  let count = 0
  for (let index = 0; index < values.length; index += 1) if (values[index]) count += 1
  return count
}

/**
 * Whether two pictures are the same but for what an encoder makes of a still one (measured with x264: 0.3 % of the
 * bytes, by 2 at most). Noise of a sensor, even after strong compression, is more. Ends early where they differ.
 */
function hardlyDiffer(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  if (Buffer.compare(a, b) === 0) return true
  const most = a.length * encoderFlicker.share
  let changed = 0
  for (let index = 0; index < a.length; index += 1) {
    const difference = Math.abs(a[index]! - b[index]!)
    if (difference === 0) continue
    changed += 1
    if (difference > encoderFlicker.step || changed > most) return false
  }
  return true
}

function judge(
  pattern: Float32Array,
  { mean, deviation }: { mean: number; deviation: number },
  usual: Float32Array | null,
): ViewState {
  if (mean < darkMean && deviation < 2 * flatDeviation) return 'dark'
  if (deviation < flatDeviation) return 'covered'
  return usual && usual.length === pattern.length && correlation(usual, pattern) < strange ? 'moved' : 'ok'
}

/** Brings a pattern to mean 0 and deviation 1, in place, so that light does not matter; gives what they were. */
function normalise(pattern: Float32Array): { mean: number; deviation: number } {
  const { length } = pattern
  let sum = 0
  for (let index = 0; index < length; index += 1) sum += pattern[index]!
  const mean = sum / length
  let squares = 0
  for (let index = 0; index < length; index += 1) {
    const off = pattern[index]! - mean
    squares += off * off
  }
  const deviation = Math.sqrt(squares / length)
  const scale = 1 / Math.max(1e-6, deviation)
  for (let index = 0; index < length; index += 1) pattern[index] = (pattern[index]! - mean) * scale
  return { mean, deviation }
}

function correlation(a: Float32Array, b: Float32Array): number {
  let ab = 0
  let aa = 0
  let bb = 0
  for (let index = 0; index < a.length; index += 1) {
    const x = a[index]!
    const y = b[index]!
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return ab / Math.max(1e-9, Math.sqrt(aa * bb))
}

function learn(usual: Float32Array | null, pattern: Float32Array): Float32Array {
  if (usual === null || usual.length !== pattern.length) return pattern
  for (let index = 0; index < usual.length; index += 1)
    usual[index] = usual[index]! + learning * (pattern[index]! - usual[index]!)
  return usual
}
