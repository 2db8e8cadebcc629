import type { Bundle } from '../bundle/bundle-schema.ts'
import { type InferenceSession, Tensor } from '../onnx/onnx-runtime.ts'
import { clipInput, contractError, rawShape, rowShape } from './check-graph.ts'
import type { RunResult } from './worker-protocol.ts'

interface Batch {
  readonly slots: number
  readonly buffer: ArrayBuffer
  readonly states: readonly Float32Array<ArrayBuffer>[]
}

const numbersOf = { uint8: Uint8Array, int16: Int16Array, float32: Float32Array } as const

const lengthOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

/** One call of the model. The values are what the graph gives, before any activation. */
export async function runSession(
  session: InferenceSession,
  bundle: Bundle,
  batch: Batch,
): Promise<RunResult> {
  const { slots, buffer, states } = batch
  const { type, shape } = clipInput(bundle)
  const clips = new Tensor(type, new numbersOf[type](buffer, 0, lengthOf([slots, ...shape])), [
    slots,
    ...shape,
  ])
  const feeds: Record<string, Tensor> = { [bundle.input.name]: clips }
  for (const [at, spec] of bundle.states.entries())
    feeds[spec.input] = new Tensor('float32', states[at]!, [slots, ...spec.shape])
  const wanted = [bundle.output.name, ...bundle.states.map((spec) => spec.output)]
  const startMs = performance.now()
  const results = await session.run(feeds, wanted)
  const runMs = performance.now() - startMs
  const take = (name: string) => results[name]!.data as Float32Array<ArrayBuffer>
  return { values: take(bundle.output.name), states: bundle.states.map((spec) => take(spec.output)), runMs }
}

/** Runs one black, silent or empty clip from zero states. Throws MODEL_CONTRACT when what comes out is not what bundle.json states. */
export async function trySession(session: InferenceSession, bundle: Bundle, where: string): Promise<void> {
  const { output } = bundle
  const { type, shape } = clipInput(bundle)
  const { values, states } = await runSession(session, bundle, {
    slots: 1,
    buffer: new ArrayBuffer(lengthOf(shape) * numbersOf[type].BYTES_PER_ELEMENT),
    states: bundle.states.map(({ shape }) => new Float32Array(lengthOf(shape))),
  })
  const problems: string[] = []
  const rowLength = lengthOf(rowShape(bundle))
  if (values.length !== rowLength)
    problems.push(
      `bundle.json states output "${output.name}" with ${rowLength} ${rawShape(bundle) || bundle.anomaly ? 'values' : 'labels'}, one clip gave ${values.length} values`,
    )
  for (const [at, spec] of bundle.states.entries()) {
    const length = lengthOf(spec.shape)
    if (states[at]!.length !== length)
      problems.push(
        `bundle.json states output "${spec.output}" with ${length} values, one clip gave ${states[at]!.length}`,
      )
  }
  if (problems.length > 0) throw contractError(where, problems)
}
