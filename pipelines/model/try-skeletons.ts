import { bodiesShape } from '../../src/core/bundle.ts'
import { Tensor } from '../../src/onnx/onnx-runtime.ts'
import type { Trial } from './try-model.ts'
import { largestGap, tryWindows } from './try-windows.ts'

/** The same body elsewhere and larger may change scores by this much of their size: what is drawn is rounded. */
const movedTolerance = 0.02

/** Keypoints of somebody who stands, 100 px tall, from between the feet; y points down. */
const standing: readonly (readonly [number, number])[] = [
  ...([
    [0, -94],
    [2, -96],
    [-2, -96],
    [5, -94],
    [-5, -94],
  ] as const),
  ...([
    [11, -80],
    [-11, -80],
    [14, -64],
    [-14, -64],
    [15, -50],
    [-15, -50],
  ] as const),
  ...([
    [7, -50],
    [-7, -50],
    [7, -26],
    [-7, -26],
    [7, -3],
    [-7, -3],
  ] as const),
]

/** Where a body is at a share of the window: its feet, and how far it has tipped over, degrees. */
interface Held {
  readonly x: number
  readonly degrees?: number
  readonly swing?: number
}
type Body = (share: number) => Held

/**
 * Runs windows of drawn bodies that have nothing in common; see tryWindows.
 *
 * @returns the trial, and whether the graph gives the same scores wherever a body is and however large
 * @throws AppError MODEL_GRAPH, MODEL_CONTRACT
 */
export async function trySkeletons(plan: {
  graph: Uint8Array
  frames: number
  labels: number
}): Promise<Trial & { readonly centres: boolean }> {
  const { graph, frames, labels } = plan
  const still: Body = () => ({ x: 200 })
  const walks: Body = (share) => ({ x: 100 + 150 * share, swing: 12 * Math.sin(20 * share) })
  const falls: Body = (share) => ({ x: 200, degrees: 90 * Math.min(1, 2 * share) })
  const near: Body = (share) => ({ x: 250, swing: 20 * Math.sin(30 * share) })
  const window = (bodies: readonly Body[], change = { scale: 1, move: 0 }) => draw(bodies, frames, change)
  const moved = { scale: 3, move: 400 }
  const trial = await tryWindows({
    graph,
    input: 'bodies',
    output: 'scores',
    labels,
    windows: [
      window([]),
      window([still]),
      window([walks]),
      window([falls]),
      window([falls, near]),
      window([falls], moved),
      window([falls, near], moved),
    ],
    shown: 'nobody, and bodies that stand, walk, fall and fight',
    tensorOf(windows) {
      const numbers = new Float32Array(windows.length * frames * rowNumbers)
      for (const [row, values] of windows.entries()) numbers.set(values, row * values.length)
      return new Tensor('float32', numbers, [windows.length, frames, ...bodiesShape])
    },
  })
  const { outputs } = trial
  const size = outputs
    .flatMap((scores) => [...scores])
    .reduce((most, score) => Math.max(most, Math.abs(score)), 1)
  const centres = [3, 4].every((at) => largestGap(outputs[at]!, outputs[at + 2]!) <= movedTolerance * size)
  return { ...trial, centres }
}

const bodyNumbers = bodiesShape[1] * bodiesShape[2]
const rowNumbers = bodiesShape[0] * bodyNumbers
const groundPx = 300

function draw(
  bodies: readonly Body[],
  frames: number,
  { scale, move }: { scale: number; move: number },
): Float32Array {
  const values = new Float32Array(frames * rowNumbers)
  for (let frame = 0; frame < frames; frame += 1)
    for (const [index, body] of bodies.entries()) {
      const { x, degrees = 0, swing = 0 } = body(frame / frames)
      const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
      for (const [n, [right, down]] of standing.entries()) {
        // Hands and feet swing, those of both sides against each other.
        const across = right + (n >= 9 && n !== 11 && n !== 12 ? swing * Math.sign(right) : 0)
        const at = frame * rowNumbers + index * bodyNumbers + n * 3
        values[at] = (x + across * cosine - down * sine) * scale + move
        values[at + 1] = (groundPx + across * sine + down * cosine) * scale + move
        values[at + 2] = 0.9
      }
    }
  return values
}
