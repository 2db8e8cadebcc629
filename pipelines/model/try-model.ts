import { AppError } from '../../src/core/errors.ts'
import type { InferenceSession } from '../../src/onnx/onnx-runtime.ts'

export interface Trial {
  /** Median of five runs of one clip on the CPU, after a first one, milliseconds. */
  readonly latencyMs: number
  readonly lowest: number
  readonly highest: number
  /** Shape of the output for one clip. */
  readonly shape: readonly number[]
  /** What came out for pictures that have nothing in common: noise, black, white, drawn shapes. */
  readonly outputs: readonly Float32Array[]
}

interface Plan {
  readonly graph: Uint8Array
  readonly input: string
  readonly output: string
  /** [T, H, W, 3]. */
  readonly clipShape: readonly [number, number, number, number]
  /** Number of labels; null for a detector, whose output may have any shape. */
  readonly labels: number | null
}

/** Largest difference, relative to the scores' size, between a clip alone and the same clip in a batch. */
const tolerance = 1e-3

/**
 * Runs two random clips alone and as a batch, so that a wrong shape, NaN, or a graph that mixes the clips of a
 * batch is found at import and not in front of a camera. Throws MODEL_GRAPH when ONNX Runtime refuses the graph
 * and MODEL_CONTRACT when its output is not what the bundle would say.
 */
export async function tryModel(plan: Plan): Promise<Trial> {
  const { Tensor } = await import('../../src/onnx/onnx-runtime.ts')
  const { createSession } = await import('../../src/onnx/create-session.ts')
  const { sessionSettings } = await import('../../src/onnx/session-settings.ts')
  const session = await createSession(plan.graph, { extra: sessionSettings() }).catch((cause: Error) => {
    throw new AppError('MODEL_GRAPH', `ONNX Runtime does not load the graph: ${cause.message}`, { cause })
  })
  try {
    const length = plan.clipShape.reduce((product, size) => product * size, 1)
    const run = async (clips: Uint8Array[]) => {
      const bytes = new Uint8Array(length * clips.length)
      for (const [index, clip] of clips.entries()) bytes.set(clip, index * length)
      const feeds = { [plan.input]: new Tensor('uint8', bytes, [clips.length, ...plan.clipShape]) }
      return check(await runSession(session, feeds), plan, clips.length)
    }
    const [one, two] = [noise(length, 1), noise(length, 2)]
    const alone = [await run([one]), await run([two])]
    compare([alone[0]!.scores, alone[1]!.scores], (await run([one, two])).scores, plan.output)
    const others = [
      await run([new Uint8Array(length)]),
      await run([new Uint8Array(length).fill(255)]),
      await run([shapes(plan.clipShape)]),
    ]
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now()
      await run([one])
      times.push(performance.now() - start)
    }
    return {
      latencyMs: Number(times.sort((a, b) => a - b)[2]!.toFixed(2)),
      lowest: extreme(alone, Math.min),
      highest: extreme(alone, Math.max),
      shape: alone[0]!.shape,
      outputs: [...alone, ...others].map(({ scores }) => scores.slice()),
    }
  } finally {
    await session.release()
  }
}

type Results = Awaited<ReturnType<InferenceSession['run']>>

async function runSession(session: InferenceSession, feeds: InferenceSession.FeedsType): Promise<Results> {
  try {
    return await session.run(feeds)
  } catch (cause) {
    throw new AppError('MODEL_GRAPH', `ONNX Runtime cannot run the graph: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function extreme(runs: readonly { scores: Float32Array }[], of: (a: number, b: number) => number): number {
  return runs.reduce((so, { scores }) => scores.reduce((a, b) => of(a, b), so), runs[0]!.scores[0]!)
}

function check(results: Results, plan: Plan, clips: number) {
  const { type, dims, data } = results[plan.output]!
  const wrong = (text: string) =>
    new AppError('MODEL_CONTRACT', `output "${plan.output}" ${text}`, {
      details: { output: plan.output, dims },
    })
  if (plan.labels === null && (type !== 'float32' || dims.length < 2 || dims[0] !== clips))
    throw wrong(`is ${type} [${dims.join(', ')}] for ${clips} frames; it must be float32 [${clips}, …]`)
  if (
    plan.labels !== null &&
    (type !== 'float32' || dims.length !== 2 || dims[0] !== clips || dims[1] !== plan.labels)
  )
    throw wrong(
      `is ${type} [${dims.join(', ')}] for ${clips} clips and ${plan.labels} labels; it must be float32 [${clips}, ${plan.labels}]`,
    )
  const scores = data as Float32Array
  if (!scores.every(Number.isFinite)) throw wrong('has NaN or infinite scores for a clip of noise')
  return { scores, shape: dims.slice(1) }
}

function compare(alone: readonly Float32Array[], together: Float32Array, output: string): void {
  const scores = alone.flatMap((run) => [...run])
  const size = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 1)
  const worst = scores.reduce((most, score, index) => Math.max(most, Math.abs(score - together[index]!)), 0)
  if (worst <= tolerance * size) return
  throw new AppError(
    'MODEL_CONTRACT',
    `output "${output}": a clip gets other scores in a batch of two than alone (they differ by ${worst.toPrecision(3)}), so the graph mixes the clips of a batch; export it with a dynamic batch axis`,
    { details: { output, worst } },
  )
}

/** The same bytes for the same seed (xorshift32), so that an import can be repeated. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed * 0x9e3779b9
  return Uint8Array.from({ length }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 255
  })
}

/** A light square that crosses a picture that gets brighter to the right. */
function shapes([frames, heightPx, widthPx]: Plan['clipShape']): Uint8Array {
  const out = new Uint8Array(frames * heightPx * widthPx * 3)
  const side = Math.ceil(heightPx / 3)
  for (let frame = 0; frame < frames; frame += 1) {
    const left = Math.floor((frame / frames) * (widthPx - side))
    for (let y = 0; y < heightPx; y += 1)
      for (let x = 0; x < widthPx; x += 1) {
        const inside = x >= left && x < left + side && y >= side && y < 2 * side
        const at = ((frame * heightPx + y) * widthPx + x) * 3
        out.fill(inside ? 240 : Math.floor((x / widthPx) * 160), at, at + 3)
      }
  }
  return out
}
