import type { Bundle } from '../bundle/bundle-schema.ts'
import { bodiesShape } from '../core/bundle.ts'
import { AppError } from '../core/errors.ts'
import type { InferenceSession } from '../onnx/onnx-runtime.ts'

type Metadata = InferenceSession.ValueMetadata
/** Wanted sizes; null where the graph must leave the size open (the batch). */
type Wanted = readonly (number | null)[]

/**
 * Compares what the graph declares with what bundle.json states. Sizes that the graph leaves open are accepted here:
 * the trial run finds out. Throws MODEL_CONTRACT with one line for every difference, naming both sides.
 */
export function checkGraph(
  session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
  bundle: Bundle,
  where: string,
): void {
  const { input, output, states } = bundle
  const clip = clipInput(bundle)
  const problems = [
    ...compare('input', session.inputMetadata, [
      ['input', input.name, clip.type, [null, ...clip.shape]],
      ...states.map((s, n) => [`states[${n}].input`, s.input, 'float32', [null, ...s.shape]] as const),
    ]),
    ...compare('output', session.outputMetadata, [
      ['output', output.name, 'float32', [null, ...rowShape(bundle)]],
      ...states.map((s, n) => [`states[${n}].output`, s.output, 'float32', [null, ...s.shape]] as const),
    ]),
  ]
  if (problems.length > 0) throw contractError(where, problems)
}

/** One clip as the graph takes it: pixels, samples of sound, or bodies. */
export function clipInput({ kind, temporal, input }: Pick<Bundle, 'kind' | 'temporal' | 'input'>) {
  const { frames } = temporal
  if (kind === 'audio') return { type: 'int16', shape: [frames] } as const
  if (kind === 'skeleton') return { type: 'float32', shape: [frames, ...bodiesShape] } as const
  return { type: 'uint8', shape: [frames, input.heightPx, input.widthPx, 3] } as const
}

/** Shape of the output for one clip: a score for each label, or what the bundle of another model states. */
export function rowShape(bundle: Bundle): readonly number[] {
  return rawShape(bundle) ?? [bundle.anomaly?.places ?? bundle.labels.length]
}

/** Shape of an output that is read as bundle.json says instead of label by label; null for scores. */
export function rawShape({ decode, pose }: Pick<Bundle, 'decode' | 'pose'>): readonly number[] | null {
  return (decode ?? pose)?.shape ?? null
}

export function contractError(where: string, problems: readonly string[]): AppError {
  return new AppError('MODEL_CONTRACT', problems.map((problem) => `${where}: ${problem}`).join('\n'), {
    details: { where, problems },
  })
}

function compare(
  side: 'input' | 'output',
  declared: readonly Metadata[],
  wanted: readonly (readonly [field: string, name: string, type: string, shape: Wanted])[],
): string[] {
  const missing = wanted.flatMap(([field, name, type, shape]) => {
    const stated = `bundle.json states ${field} "${name}" ${type} ${shapeText(shape)}`
    const found = declared.find((metadata) => metadata.name === name)
    if (!found) return [`${stated}, the graph has ${list(declared)}`]
    return fits(found, type, shape) ? [] : [`${stated}, the graph has ${describe(found)}`]
  })
  // An output that nobody reads does no harm; an input that nobody feeds makes every run fail.
  const unknown =
    side === 'output' ? [] : declared.filter(({ name }) => !wanted.some(([, stated]) => stated === name))
  return [
    ...missing,
    ...unknown.map((m) => `the graph wants input ${describe(m)}, which bundle.json does not state`),
  ]
}

function fits(metadata: Metadata, type: string, shape: Wanted): boolean {
  if (!metadata.isTensor || metadata.type !== type || metadata.shape.length !== shape.length) return false
  return metadata.shape.every((size, at) => typeof size === 'string' || size === shape[at])
}

function describe(metadata: Metadata): string {
  if (!metadata.isTensor) return `"${metadata.name}" (no tensor)`
  return `"${metadata.name}" ${metadata.type} [${metadata.shape.map((size) => size || '?').join(', ')}]`
}

function list(declared: readonly Metadata[]): string {
  return declared.map(describe).join(', ') || 'none'
}

function shapeText(shape: Wanted): string {
  return `[${shape.map((size) => size ?? 'N').join(', ')}]`
}
