import { shapeConstant, type Tape, type Value } from '../autodiff/tape.ts'
import type { ClipShape } from './video-model.ts'

/** How a clip is cut: `tubeletFrames` frames deep, `patchPx` × `patchPx` wide. */
export interface PatchShape {
  readonly clip: ClipShape
  readonly patchPx: number
  readonly tubeletFrames: number
  /**
   * What of the pixels is looked at. `colour` (the default): all of it. `motion`: the brightness of the tubelet's
   * first frame, and from frame to frame how it changes, made three times as strong. Clothes and light then matter
   * less and movement more, which a model that learns from few people cannot find out by itself.
   */
  readonly input?: 'colour' | 'motion'
}

export interface PatchGrid {
  /** Tubelets of a clip (S). */
  readonly moments: number
  /** Places in a picture (L = rows · columns). */
  readonly rows: number
  readonly columns: number
  readonly places: number
  /** Numbers in one patch (C). */
  readonly size: number
}

/** How much stronger changes from frame to frame are made than brightness. */
export const motionGain = 3

export function patchGrid({ clip, patchPx, tubeletFrames, input }: PatchShape): PatchGrid {
  const rows = clip.heightPx / patchPx
  const columns = clip.widthPx / patchPx
  return {
    moments: clip.frames / tubeletFrames,
    rows,
    columns,
    places: rows * columns,
    size: tubeletFrames * patchPx * patchPx * (input === 'motion' ? 1 : 3),
  }
}

/**
 * A uint8 clip [N, T, H, W, 3] as patches [N, S, L, C], every tubelet brought to mean 0 and deviation 1, so that light
 * and contrast matter little. Only the tubelet itself is looked at (differences are those between its own frames), so
 * that a stream gives the same numbers.
 */
export function patchify(tape: Tape, clips: string, shape: PatchShape & { batch: number }): Value {
  return normalisePatches(tape, cutPatches(tape, clips, shape), { ...shape, over: 'tubelet' })
}

/** The pixels of a uint8 clip [N, T, H, W, 3] cut into [N, S, L, C]; C is frame, row, column and, for colour, channel. */
export function cutPatches(tape: Tape, clips: string, shape: PatchShape & { batch: number }): Value {
  const { graph } = tape
  const { batch, patchPx, tubeletFrames, input } = shape
  const { moments, rows, columns, places, size } = patchGrid(shape)
  const op = (type: string, inputs: readonly string[], attributes = {}) => graph.op(type, inputs, attributes)
  const to = (name: string, dims: readonly number[]) => op('Reshape', [name, shapeConstant(graph, dims)])
  const motion = input === 'motion'
  const float = (name: string) => op('Cast', [name], { to: 1 })
  // Colours are turned while they are bytes: a quarter of the memory to move.
  const pixels = motion ? op('MatMul', [float(clips), graph.f32([0.25, 0.5, 0.25], [3, 1])]) : clips
  // [N·S, t, h, P, w, P, c] → [N·S, h, w, t, P, P, c]
  const cut = [batch * moments, tubeletFrames, rows, patchPx, columns, patchPx, motion ? 1 : 3]
  const turned = op('Transpose', [to(pixels, cut)], { perm: [0, 2, 4, 1, 3, 5, 6] })
  const dims = [batch, moments, places, size]
  return tape.constant(to(motion ? turned : float(turned), dims), dims)
}

/**
 * Patches [N, S, V, C] of pixels as the model looks at them: mean 0 and deviation 1 over each tubelet (over the V
 * patches that are given: what is hidden has no influence) or over each patch, then what `input` says.
 */
export function normalisePatches(
  tape: Tape,
  patches: Value,
  { tubeletFrames, input, over }: Omit<PatchShape, 'clip'> & { over: 'tubelet' | 'patch' },
): Value {
  const { graph } = tape
  const op = (type: string, inputs: readonly string[], attributes = {}) => graph.op(type, inputs, attributes)
  const axes = graph.i64(over === 'tubelet' ? [2, 3] : [3])
  const centred = op('Sub', [patches.name, op('ReduceMean', [patches.name, axes], { keepdims: 1 })])
  const variance = op('ReduceMean', [op('Mul', [centred, centred]), axes], { keepdims: 1 })
  // 8 of 255: less contrast than that is noise and is not blown up.
  const normal = op('Div', [centred, op('Sqrt', [op('Add', [variance, graph.f32([64])])])])
  return tape.constant(
    input === 'motion' ? changes(tape, { ...patches, name: normal }, tubeletFrames) : normal,
    patches.shape,
  )
}

/** In each patch the first frame, then the differences of neighbours: C = t · P · P. */
function changes({ graph }: Tape, patches: Value, frames: number): string {
  if (frames === 1) return patches.name
  const [axis, size] = [graph.i64([3]), patches.shape[3]!]
  const frame = size / frames
  const part = (from: number, to: number) =>
    graph.op('Slice', [patches.name, graph.i64([from]), graph.i64([to]), axis])
  const difference = graph.op('Sub', [part(frame, size), part(0, size - frame)])
  const louder = graph.op('Mul', [difference, graph.f32([motionGain])])
  return graph.op('Concat', [part(0, frame), louder], { axis: 3 })
}
