import { AppError } from '../core/errors.ts'
import { scanModel } from '../onnx/scan-model.ts'
import type { Bundle } from './bundle-schema.ts'

/**
 * Everything that a graph refers to must be among the bundle's files, whose checksums are known: else its weights could be
 * others than its author's, or any file of the machine. Throws MODEL_GRAPH for bytes that are no model, and
 * MODEL_BUNDLE_INVALID.
 */
export function checkGraphFiles(options: {
  graph: string
  bytes: Uint8Array
  files: Bundle['files']
  source: string
}): void {
  const { graph, bytes, files, source } = options
  const { externalFiles, loaders } = scanModel(bytes, `${source}: file ${graph}`)
  const folder = graph.includes('/') ? graph.slice(0, graph.lastIndexOf('/') + 1) : ''
  const invalid = (text: string) =>
    new AppError('MODEL_BUNDLE_INVALID', `${source}: graph: ${text}`, { details: { source, field: 'graph' } })
  for (const name of externalFiles)
    if (!files.some(({ path }) => path === `${folder}${name}`))
      throw invalid(
        `"${graph}" keeps weights in "${name.slice(0, 200)}", which is not among the files: save the model as one file`,
      )
  if (loaders.length > 0)
    throw invalid(`"${graph}" has a node ${loaders[0]}, which loads compiled code: export it without`)
}
