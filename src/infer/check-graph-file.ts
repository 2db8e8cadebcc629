import { readFile } from 'node:fs/promises'
import type { LoadedBundle } from '../bundle/load-bundle.ts'
import { describeModel, type GraphValue, readModel } from '../onnx/read-model.ts'
import { checkGraph } from './check-graph.ts'

/**
 * Compares the graph of a bundle with what bundle.json states, without opening a session: for checks of a
 * configuration, which must not need the hardware that serves it.
 *
 * @throws AppError MODEL_GRAPH, MODEL_CONTRACT
 */
export async function checkGraphFile({ dir, bundle, graphPath }: LoadedBundle): Promise<void> {
  const { inputs, outputs } = describeModel(readModel(await readFile(graphPath), graphPath))
  const metadata = { inputMetadata: inputs.map(asMetadata), outputMetadata: outputs.map(asMetadata) }
  checkGraph(metadata, bundle, dir)
}

type Metadata = Parameters<typeof checkGraph>[0]['inputMetadata'][number]

function asMetadata({ name, type, shape }: GraphValue): Metadata {
  return { name, isTensor: true, type, shape: [...shape] } as Metadata
}
