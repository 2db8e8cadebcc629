import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { foldPreprocessing } from '../../../../src/onnx/fold/fold-preprocessing.ts'
import { type ImportedModel, importGraph } from '../../../../src/train/imported/import-graph.ts'

export const fixtureLabels = ['stand', 'walk', 'fall']

/** What PyTorch says of a fixture; see fixtures/export.py. */
interface Reference {
  readonly clips: string
  readonly shape: readonly [
    batch: number,
    frames: number,
    heightPx: number,
    widthPx: number,
    channels: number,
  ]
  readonly layout: 'NTCHW' | 'NCHW'
  readonly targets: readonly number[]
  readonly logits: readonly number[]
  readonly loss: number
  readonly gradients: Readonly<Record<string, string>>
}

export interface Fixture {
  readonly reference: Reference
  readonly clips: Uint8Array
  /** As `vireo model import` writes the graph of a bundle. */
  readonly bytes: Uint8Array
  /** Rows of one 1 each. */
  readonly target: Float32Array
}

export function openFixture(name: string): Fixture {
  const file = join(import.meta.dirname, 'fixtures', name)
  const reference = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Reference
  const [batch, frames, heightPx, widthPx] = reference.shape
  const bytes = foldPreprocessing({
    model: readFileSync(`${file}.onnx`),
    layout: reference.layout,
    channelOrder: 'rgb',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    frames,
    widthPx,
    heightPx,
    labels: 3,
  })
  const target = new Float32Array(batch * fixtureLabels.length)
  reference.targets.forEach((label, row) => {
    target[row * fixtureLabels.length + label] = 1
  })
  return { reference, clips: Uint8Array.from(Buffer.from(reference.clips, 'base64')), bytes, target }
}

export function importFixture(name: string): ImportedModel {
  return importGraph({ name, bytes: openFixture(name).bytes, labels: fixtureLabels })
}

export function floatsOfText(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)
}

/** The first output of a graph that takes clips. */
export async function runClips(
  bytes: Uint8Array,
  clips: Uint8Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 })
  const feed = new Tensor('uint8', clips, shape)
  const result = await session.run({ [session.inputNames[0]!]: feed })
  await session.release()
  return result[session.outputNames[0]!]!.data as Float32Array
}

/** Length of the difference by the length of what it should be. */
export function relativeError(values: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const difference = Array.from(wanted, (value, index) => value - values[index]!)
  return Math.hypot(...difference) / Math.hypot(...Array.from(wanted))
}
