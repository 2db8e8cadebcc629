import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { type TfjsModel, tfjsModelSchema } from './tfjs-schema.ts'
import { readWeights, type TfjsTensor } from './tfjs-weights.ts'

export interface TfjsFiles {
  readonly model: TfjsModel
  readonly weights: ReadonlyMap<string, TfjsTensor>
}

/** Larger files are no models of the kind that runs beside cameras; they would only fill the memory. */
const mostBytes = 1024 ** 3

/**
 * Reads a TensorFlow.js graph model: model.json and the weight files that it names, which lie beside it.
 *
 * @throws AppError MODEL_NOT_FOUND when a file is missing, MODEL_GRAPH when one is no graph model (layers models of
 *   Keras are none) or a path leads out of the folder.
 */
export async function readTfjs(file: string): Promise<TfjsFiles> {
  const model = parse(await read(file), file)
  if ((model.modelTopology.library?.function ?? []).length > 0)
    throw new AppError(
      'MODEL_GRAPH',
      `${file}: the graph calls functions of its own (control flow), which cannot be converted`,
    )
  const groups: Uint8Array[] = []
  for (const { paths } of model.weightsManifest) {
    const shards: Uint8Array[] = []
    for (const path of paths) {
      const inside = normalize(path)
      if (isAbsolute(inside) || inside.startsWith('..'))
        throw new AppError('MODEL_GRAPH', `${file}: the weight file ${path} does not lie beside it`)
      shards.push(await read(join(dirname(file), inside)))
    }
    groups.push(Buffer.concat(shards))
  }
  return { model, weights: readWeights(model, groups) }
}

function parse(bytes: Uint8Array, file: string): TfjsModel {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new AppError('MODEL_GRAPH', `${file} is no JSON: ${(cause as Error).message}`, { cause })
  }
  const parsed = tfjsModelSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const format = (value as { format?: unknown } | null)?.format
  if (format === 'layers-model')
    throw new AppError(
      'MODEL_GRAPH',
      `${file} is a layers model; convert it to a graph model with tensorflowjs_converter --output_format tfjs_graph_model`,
    )
  const [issue] = parsed.error.issues
  throw new AppError(
    'MODEL_GRAPH',
    `${file} is no TensorFlow.js graph model: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`,
  )
}

async function read(file: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(file)
    if (bytes.length <= mostBytes) return bytes
  } catch (cause) {
    throw new AppError('MODEL_NOT_FOUND', `${file}: ${(cause as NodeJS.ErrnoException).code ?? cause}`, {
      cause,
    })
  }
  throw new AppError('MODEL_GRAPH', `${file} is larger than 1 GiB`)
}
