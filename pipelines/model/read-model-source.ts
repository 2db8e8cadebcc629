import { ownZeroPoints } from '../../src/onnx/edit/edit-own-zero-points.ts'
import type { Layout } from '../../src/onnx/fold/fold-input.ts'
import type { ModelProto } from '../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../src/onnx/read-model.ts'
import { embedExternal } from './embed-external.ts'
import { readModelFile } from './read-model-file.ts'

export interface SourcePlan {
  readonly file: string
  readonly layout: Layout
  readonly frames: number
  readonly widthPx: number
  readonly heightPx: number
}

/**
 * The graph that an import begins with: of an ONNX file, of a TensorFlow.js graph model (`model.json` with its weight
 * files beside it), which is converted for one clip of the size that is wanted, or of a PyTorch checkpoint (`.pth`) of a
 * video ResNet, whose graph is written here.
 */
export async function readModelSource(plan: SourcePlan): Promise<ModelProto> {
  if (/\.pth?$/i.test(plan.file)) {
    const { readCheckpoint } = await import('../../src/onnx/torch/read-checkpoint.ts')
    const { writeVideoResnet } = await import('../../src/onnx/torch/video-resnet.ts')
    const tensors = await readCheckpoint(await readModelFile(plan.file), plan.file)
    return readModel(writeVideoResnet(tensors, plan).model, plan.file)
  }
  if (!/\.json$/i.test(plan.file)) {
    const model = readModel(await readModelFile(plan.file), plan.file)
    await embedExternal(model, plan.file)
    if (model.graph) ownZeroPoints(model.graph)
    return model
  }
  const { readTfjs } = await import('../../src/onnx/tfjs/read-tfjs.ts')
  const { convertTfjs } = await import('../../src/onnx/tfjs/convert-tfjs.ts')
  const sizes = { N: 1, T: plan.frames, C: 3, H: plan.heightPx, W: plan.widthPx }
  const inputSizes = [...plan.layout].map((axis) => sizes[axis as keyof typeof sizes])
  const { model, input } = convertTfjs(await readTfjs(plan.file), { inputSizes })
  const graph = readModel(model, plan.file)
  const { stateOutputSizes } = await import('./state-output-sizes.ts')
  await stateOutputSizes(graph, { bytes: model, input, inputSizes })
  return graph
}
