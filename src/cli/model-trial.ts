import type { InferenceSession } from 'onnxruntime-node'
import { AppError } from '../core/errors.ts'

export interface Trial {
  /** Median of five runs of one clip on the CPU, after a first one, milliseconds. */
  readonly latencyMs: number
  readonly lowest: number
  readonly highest: number
}

interface Plan {
  readonly graph: Uint8Array
  readonly input: string
  readonly output: string
  /** [T, H, W, 3]. */
  readonly clipShape: readonly [number, number, number, number]
  readonly labels: number
}

/** Largest difference, relative to the scores' size, between a clip alone and the same clip in a batch. */
const tolerance = 1e-3

/**
 * Runs two random clips alone and as a batch, so that a wrong shape, NaN, or a graph that mixes the clips of a
 * batch is found at import and not in front of a camera. Throws MODEL_GRAPH when ONNX Runtime refuses the graph
 * and MODEL_CONTRACT when its output is not what the bundle would say.
 */
export async function tryModel(plan: Plan): Promise<Trial> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session = await InferenceSession.create(plan.graph, { logSeverityLevel: 3 }).catch((cause: Error) => {
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
    compare([...alone[0]!, ...alone[1]!], await run([one, two]), plan.output)
    const times: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now()
      await run([one])
      times.push(performance.now() - start)
    }
    return {
      latencyMs: Number(times.sort((a, b) => a - b)[2]!.toFixed(2)),
      lowest: Math.min(...alone.flatMap((scores) => [...scores])),
      highest: Math.max(...alone.flatMap((scores) => [...scores])),
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

function check(results: Results, plan: Plan, clips: number): Float32Array {
  const { type, dims, data } = results[plan.output]!
  const wrong = (text: string) =>
    new AppError('MODEL_CONTRACT', `output "${plan.output}" ${text}`, {
      details: { output: plan.output, dims },
    })
  if (type !== 'float32' || dims.length !== 2 || dims[0] !== clips || dims[1] !== plan.labels)
    throw wrong(
      `is ${type} [${dims.join(', ')}] for ${clips} clips and ${plan.labels} labels; it must be float32 [${clips}, ${plan.labels}]`,
    )
  const scores = data as Float32Array
  if (!scores.every(Number.isFinite)) throw wrong('has NaN or infinite scores for a clip of noise')
  return scores
}

function compare(alone: readonly number[], together: Float32Array, output: string): void {
  const size = Math.max(1, ...alone.map(Math.abs))
  const worst = Math.max(...alone.map((score, index) => Math.abs(score - together[index]!)))
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
