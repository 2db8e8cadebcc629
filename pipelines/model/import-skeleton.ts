import { writeBundle } from '../../src/bundle/write-bundle.ts'
import type { Activation } from '../../src/core/activation.ts'
import { bodiesShape } from '../../src/core/bundle.ts'
import { AppError } from '../../src/core/errors.ts'
import { floatBorder } from '../../src/onnx/edit/edit-float-border.ts'
import { shapeOf, shapeText } from '../../src/onnx/edit/edit-nodes.ts'
import { freshNames } from '../../src/onnx/edit/edit-walk.ts'
import { elementTypes } from '../../src/onnx/element-type.ts'
import { chooseInput } from '../../src/onnx/fold/fold-check-input.ts'
import { freeBatch } from '../../src/onnx/fold/fold-free-batch.ts'
import { chooseOutput } from '../../src/onnx/fold/fold-output.ts'
import { createGraphBuilder } from '../../src/onnx/graph-builder.ts'
import type { ModelProto } from '../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../src/onnx/read-model.ts'
import { checkImport, checkScores } from './check-import.ts'
import { describeWholeModel } from './describe-whole-model.ts'
import { embedExternal } from './embed-external.ts'
import type { ImportResult } from './import-model.ts'
import { judgeOutputs } from './judge-outputs.ts'
import { readModelFile } from './read-model-file.ts'
import { trySkeletons } from './try-skeletons.ts'

export interface SkeletonImport {
  readonly file: string
  readonly labels: readonly string[]
  readonly outDir: string
  readonly force: boolean
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly threshold: number
  readonly activation: Activation
  readonly background: readonly string[]
  /** Moments of a window; absent: as the graph says. */
  readonly frames?: number
  readonly sampleFps: number
  /** Absent: a quarter of a window. */
  readonly strideFrames?: number
  readonly inputName?: string
  readonly outputName?: string
}

/** From an ONNX file of a model of keypoints to a bundle of kind skeleton. Nothing is written before the trial passed. */
export async function importSkeleton(plan: SkeletonImport): Promise<ImportResult> {
  const { file, labels, outDir, name, version, description, license, threshold, activation, background } =
    plan
  checkImport(plan, background)
  const model = readModel(await readModelFile(file), file)
  await embedExternal(model, file)
  const given = describeWholeModel(model)
  const { bytes, frames, batch, reason } = skeletonGraph(model, plan)
  const { outputs, centres, ...trial } = await trySkeletons({ graph: bytes, frames, labels: labels.length })
  checkScores(activation, trial, 'softmax or sigmoid')
  const bundle: Parameters<typeof writeBundle>[1] = {
    name,
    version,
    kind: 'skeleton',
    description,
    temporal: {
      frames,
      sampleFps: plan.sampleFps,
      strideFrames: plan.strideFrames ?? Math.max(1, Math.floor(frames / 4)),
    },
    input: { name: 'bodies', widthPx: 1, heightPx: 1 },
    output: { name: 'scores', activation },
    states: [],
    warmupClips: 0,
    labels: labels.map((label) => ({ name: label, threshold, background: background.includes(label) })),
    graph: 'model.onnx',
    license,
    parent: null,
    dataset: null,
    metrics: {},
  }
  const warnings = judgeOutputs(bundle, outputs)
  if (!centres)
    warnings.push(
      'it gives other scores where the same body is elsewhere in the picture and larger: it has to centre and scale bodies by itself (docs/skeleton.md)',
    )
  await writeBundle(outDir, bundle, { 'model.onnx': bytes })
  return {
    dir: outDir,
    name,
    version,
    given,
    made: describeWholeModel(readModel(bytes, outDir)),
    batch,
    batchReason: reason,
    trial,
    warnings,
  }
}

/** The graph behind an input and an output that are named and shaped as bundles of this kind are. `model` is changed. */
function skeletonGraph(model: ModelProto, plan: SkeletonImport) {
  const { graph } = model
  if (!graph) throw new AppError('MODEL_GRAPH', `${plan.file}: the ONNX file has no graph`)
  const weights = new Set(graph.initializer.map(({ name }) => name))
  graph.input = graph.input.filter(({ name }) => !weights.has(name))
  floatBorder(graph)
  const opset = Number(
    model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
  )
  if (opset < 13)
    throw new AppError(
      'MODEL_GRAPH',
      `opset_import: opset ${opset} is too old; export the model with opset 13 or later`,
    )
  const info = chooseInput(graph, plan.inputName)
  const shape = shapeOf(info)
  const [batch, moments, ...body] = shape?.dims ?? []
  const fits = (size: number | string | undefined, wanted: number) =>
    typeof size === 'string' || size === wanted
  const frames = plan.frames ?? (typeof moments === 'number' ? moments : null)
  if (
    shape?.elemType !== elementTypes.float32 ||
    body.length !== bodiesShape.length ||
    !bodiesShape.every((size, axis) => fits(body[axis], size))
  )
    throw new AppError(
      'MODEL_GRAPH',
      `input "${info.name}" is ${shape ? shapeText(shape) : 'no tensor'}: a model of skeletons takes float32 [N, T, ${bodiesShape.join(', ')}] (docs/skeleton.md)`,
    )
  if (frames === null)
    throw new AppError('API_BAD_REQUEST', '--frames: is required: the graph takes any number')
  if (!fits(moments, frames))
    throw new AppError('API_BAD_REQUEST', `--frames ${frames}: the graph takes windows of ${moments}`)
  const output = chooseOutput(graph, plan.outputName)
  const last = shapeOf(graph.output.find(({ name }) => name === output)!)?.dims?.at(-1)
  if (!fits(last ?? '', plan.labels.length))
    throw new AppError(
      'MODEL_GRAPH',
      `output "${output}" gives ${last} scores, and there are ${plan.labels.length} labels`,
    )
  graph.output = graph.output.filter(({ name }) => name === output)
  const freed = freeBatch(graph, {
    input: info.name,
    shape: { ...shape, dims: [batch!, frames, ...bodiesShape] },
    opset,
    clipsDim: 'N',
    fresh: freshNames(graph),
  })
  const builder = createGraphBuilder({ name: plan.name, opset })
  const bodies = builder.input('bodies', 'float32', ['N', frames, ...bodiesShape])
  const [scores] = builder.insert(model, { [freed.input]: bodies })
  const flat = builder.op('Reshape', [scores!, builder.i64([-1, plan.labels.length])])
  builder.output('scores', flat, 'float32', ['N', plan.labels.length])
  return { bytes: builder.model(), frames, batch: freed.batch, reason: freed.reason }
}
