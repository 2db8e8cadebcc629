import { type Activation, scoresOf } from '../../core/activation.ts'
import { createSession } from '../create-session.ts'
import { type InferenceSession, Tensor } from '../onnx-runtime.ts'
import { sessionSettings } from '../session-settings.ts'

/** What a model takes and gives, as far as comparing two graphs of it needs to know. */
export interface PrecisionTask {
  readonly input: string
  /** One call without its batch: [T, H, W, 3], uint8. */
  readonly inputShape: readonly number[]
  readonly output: string
  readonly activation: Activation
  readonly states: readonly {
    readonly input: string
    readonly output: string
    readonly shape: readonly number[]
  }[]
  /** Calls whose answers do not count; a stream's memory fills meanwhile. */
  readonly warmup: number
}

export interface PrecisionMeasurement {
  /** Time of the float graph ÷ time of the other, on one thread of this processor. */
  readonly speedup: number
  /** Mean change of a probability against the float graph, on made-up clips that are always the same. */
  readonly change: number
}

const rows = 4
const rounds = { least: 3, most: 9 }
const countedCalls = 2

/**
 * Compares a graph that was made smaller with the float graph that it was made from, as this processor computes them. Both
 * run in turns, so that a busy machine slows both; after `budgetMs` no further round begins. Graphs are files or bytes.
 */
export async function measurePrecision(options: {
  task: PrecisionTask
  float: string | Uint8Array
  smaller: string | Uint8Array
  budgetMs?: number
}): Promise<PrecisionMeasurement> {
  const { task, float, smaller, budgetMs = 3000 } = options
  const sessions = [await open(float), await open(smaller)] as const
  try {
    const calls = Math.min(task.warmup, 16) + countedCalls
    const clips = Array.from({ length: calls }, (_, call) => checkClips(task.inputShape, call))
    const [exact, rough] = [await play(sessions[0], task, clips), await play(sessions[1], task, clips)]
    const timed = clips.slice(0, 2)
    const time = async (session: InferenceSession) => {
      const startMs = performance.now()
      await play(session, task, timed)
      return performance.now() - startMs
    }
    const ratios: number[] = []
    const startMs = performance.now()
    for (let round = 0; round < rounds.most; round += 1) {
      if (round >= rounds.least && performance.now() - startMs > budgetMs) break
      const whole = await time(sessions[0])
      ratios.push(whole / (await time(sessions[1])))
    }
    const middle = ratios.sort((a, b) => a - b)[ratios.length >> 1]!
    return { speedup: middle, change: meanChange(exact, rough, task.activation) }
  } finally {
    await Promise.all(sessions.map((session) => session.release()))
  }
}

function open(graph: string | Uint8Array): Promise<InferenceSession> {
  return createSession(graph, {
    threads: 1,
    extra: sessionSettings(),
  })
}

/** The counted calls' outputs [rows, values]. */
async function play(
  session: InferenceSession,
  task: PrecisionTask,
  clips: readonly Uint8Array[],
): Promise<Float32Array[]> {
  const answers: Float32Array[] = []
  let memory: Record<string, Tensor> = Object.fromEntries(
    task.states.map(({ input, shape }) => {
      const dims = [rows, ...shape]
      return [input, new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims)]
    }),
  )
  for (const clip of clips) {
    const pixels = new Tensor('uint8', clip, [rows, ...task.inputShape])
    const results = await session.run({ ...memory, [task.input]: pixels })
    memory = Object.fromEntries(task.states.map(({ input, output }) => [input, results[output] as Tensor]))
    answers.push(results[task.output]!.data as Float32Array)
  }
  return answers.slice(-countedCalls)
}

function meanChange(
  exact: readonly Float32Array[],
  rough: readonly Float32Array[],
  activation: PrecisionTask['activation'],
): number {
  let [sum, count] = [0, 0]
  for (const [call, values] of exact.entries()) {
    const columns = values.length / rows
    for (let row = 0; row < rows; row += 1) {
      const cut = (from: Float32Array) => from.subarray(row * columns, (row + 1) * columns)
      const [is, was] = [scoresOf(cut(rough[call]!), activation), scoresOf(cut(values), activation)]
      for (const [at, value] of was.entries()) sum += Math.abs(value - is[at]!)
      count += columns
    }
  }
  // What is no number is as wrong as can be.
  return Number.isFinite(sum) ? sum / count : Number.POSITIVE_INFINITY
}

/** Pictures with a coarse texture of their own, over which a bright patch moves; the same on every machine. */
function checkClips([frames = 1, heightPx = 1, widthPx = 1]: readonly number[], call: number): Uint8Array {
  const clips = new Uint8Array(rows * frames * heightPx * widthPx * 3)
  let at = 0
  for (let row = 0; row < rows; row += 1)
    for (let frame = 0; frame < frames; frame += 1) {
      const time = call * frames + frame
      const left = (time * (row + 2) * 3) % widthPx
      const top = (heightPx >> 2) + ((time * row) % Math.max(1, heightPx >> 2))
      for (let y = 0; y < heightPx; y += 1)
        for (let x = 0; x < widthPx; x += 1) {
          const ground = 70 + (((((x >> 3) * 37) ^ ((y >> 3) * 101)) + row * 53) & 63)
          const inside = x >= left && x < left + (widthPx >> 2) && y >= top && y < top + (heightPx >> 1)
          for (let colour = 0; colour < 3; colour += 1, at += 1)
            clips[at] = inside ? 200 - 30 * colour + 5 * row : ground + 9 * colour
        }
    }
  return clips
}
