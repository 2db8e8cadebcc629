import { shapeConstant, type Tape, type Value } from '../tape.ts'
import type { ClipShape } from './video-model.ts'

/** How a clip is cut: `tubeletFrames` frames deep, `patchPx` × `patchPx` wide. */
export interface PatchShape {
  readonly clip: ClipShape
  readonly patchPx: number
  readonly tubeletFrames: number
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

export function patchGrid({ clip, patchPx, tubeletFrames }: PatchShape): PatchGrid {
  const rows = clip.heightPx / patchPx
  const columns = clip.widthPx / patchPx
  return {
    moments: clip.frames / tubeletFrames,
    rows,
    columns,
    places: rows * columns,
    size: tubeletFrames * patchPx * patchPx * 3,
  }
}

/**
 * A uint8 clip [N, T, H, W, 3] as patches [N, S, L, C], every tubelet brought to mean 0 and deviation 1, so that light
 * and contrast matter little. Only the tubelet itself is looked at, so that a stream gives the same numbers.
 */
export function patchify(tape: Tape, clips: string, shape: PatchShape & { batch: number }): Value {
  const { graph } = tape
  const { batch, patchPx, tubeletFrames } = shape
  const { moments, rows, columns, places, size } = patchGrid(shape)
  const op = (type: string, inputs: readonly string[], attributes = {}) => graph.op(type, inputs, attributes)
  const to = (name: string, dims: readonly number[]) => op('Reshape', [name, shapeConstant(graph, dims)])
  // [N·S, t, h, P, w, P, 3] → [N·S, h, w, t, P, P, 3]
  const cut = to(op('Cast', [clips], { to: 1 }), [
    batch * moments,
    tubeletFrames,
    rows,
    patchPx,
    columns,
    patchPx,
    3,
  ])
  const turned = op('Transpose', [cut], { perm: [0, 2, 4, 1, 3, 5, 6] })
  const flat = to(turned, [batch * moments, places * size])
  const last = graph.i64([-1])
  const mean = op('ReduceMean', [flat, last], { keepdims: 1 })
  const centred = op('Sub', [flat, mean])
  const variance = op('ReduceMean', [op('Mul', [centred, centred]), last], { keepdims: 1 })
  // 8 of 255: less contrast than that is noise and is not blown up.
  const deviation = op('Sqrt', [op('Add', [variance, graph.f32([64])])])
  const dims = [batch, moments, places, size]
  return tape.constant(to(op('Div', [centred, deviation]), dims), dims)
}
