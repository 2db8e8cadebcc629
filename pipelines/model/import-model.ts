import { toBinary } from '@bufbuild/protobuf'
import type { Decode } from '../../src/bundle/decode-schema.ts'
import type { PoseDecode } from '../../src/bundle/pose-schema.ts'
import { writeBundle } from '../../src/bundle/write-bundle.ts'
import type { Activation } from '../../src/core/activation.ts'
import { appendDistributionBoxes } from '../../src/onnx/edit/edit-distribution-boxes.ts'
import type { Preprocessing } from '../../src/onnx/fold/fold-input.ts'
import { chooseOutput } from '../../src/onnx/fold/fold-output.ts'
import { type FoldedModel, type FoldOptions, foldModel } from '../../src/onnx/fold/fold-preprocessing.ts'
import { ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.ts'
import type { GraphDescription, readModel } from '../../src/onnx/read-model.ts'
import { checkImport, checkScores } from './check-import.ts'
import { describeWholeModel } from './describe-whole-model.ts'
import { judgeOutputs } from './judge-outputs.ts'
import { readModelSource } from './read-model-source.ts'
import { type Trial, tryModel } from './try-model.ts'

export interface ImportPlan extends Preprocessing {
  readonly file: string
  readonly outDir: string
  /** Replace a bundle that is there already. */
  readonly force: boolean
  readonly name: string
  readonly version: string
  readonly description: string
  readonly frames: number
  readonly sampleFps: number
  readonly strideFrames: number
  readonly labels: readonly string[]
  readonly background: readonly string[]
  readonly activation: Activation
  readonly threshold: number
  readonly license: string
  readonly inputName?: string
  readonly outputName?: string
  /** How the output of a detector or of a pose model is read, but for its shape. Without both it is a clip model. */
  readonly decode?: Omit<Decode, 'shape' | 'axes'>
  readonly pose?: Omit<PoseDecode, 'shape' | 'axes'>
  /** Strides of a head of NanoDet, which states boxes as distributions: boxes are worked out in the graph. */
  readonly distributionStrides?: readonly number[]
  /** Files that go into the bundle beside the graph, such as who made it. */
  readonly notices?: Readonly<Record<string, Uint8Array>>
}

export interface ImportResult {
  readonly dir: string
  readonly name: string
  readonly version: string
  readonly given: GraphDescription
  readonly made: GraphDescription
  readonly batch: FoldedModel['batch']
  readonly batchReason: string | null
  readonly trial: Omit<Trial, 'outputs'>
  /** What is odd about its numbers, in sentences. */
  readonly warnings: readonly string[]
}

/** From an ONNX file to a bundle on disk: read, fold, try, write. Nothing is written before the trial passed. */
export async function importModel(plan: ImportPlan): Promise<ImportResult> {
  checkImport(plan, plan.background)
  const model = await readModelSource(plan)
  const given = describeWholeModel(model)
  if (plan.distributionStrides)
    appendDistributionBoxes(model.graph!, {
      widthPx: plan.widthPx,
      heightPx: plan.heightPx,
      labels: plan.labels.length,
      strides: plan.distributionStrides,
    })
  else if (isRaw(plan)) keepOutput(model, plan.outputName)
  const folded = foldModel(model, foldOptionsOf(plan))
  const graph = toBinary(ModelProtoSchema, model)
  const output = folded.outputNames[0]!
  const trial = await tryModel({
    graph,
    input: folded.inputName,
    output,
    clipShape: [plan.frames, plan.heightPx, plan.widthPx, 3],
    labels: isRaw(plan) ? null : plan.labels.length,
  })
  if (!isRaw(plan))
    checkScores(plan.activation, trial, 'softmax (one label at a time) or sigmoid (labels independent)')
  const { outputs, ...told } = trial
  const bundle = bundleOf(plan, folded.inputName, output, trial.shape)
  const warnings = judgeOutputs(bundle, outputs)
  await writeBundle(plan.outDir, bundle, { 'model.onnx': graph, ...plan.notices })
  const { outDir: dir, name, version } = plan
  const { batch, reason: batchReason } = folded
  return {
    dir,
    name,
    version,
    given,
    made: describeWholeModel(model),
    batch,
    batchReason,
    trial: told,
    warnings,
  }
}

function bundleOf(
  plan: ImportPlan,
  input: string,
  output: string,
  shape: readonly number[],
): Parameters<typeof writeBundle>[1] {
  const { name, version, description, frames, sampleFps, strideFrames, widthPx, heightPx } = plan
  return {
    name,
    version,
    kind: plan.decode ? 'detector' : plan.pose ? 'pose' : 'clip',
    description,
    temporal: { frames, sampleFps, strideFrames },
    input: { name: input, widthPx, heightPx },
    output: { name: output, activation: plan.activation },
    states: [],
    warmupClips: 0,
    ...(plan.decode && { decode: decodeOf(plan.decode, shape) }),
    ...(plan.pose && { pose: poseOf(plan.pose, shape) }),
    labels: plan.labels.map((label) => ({
      name: label,
      threshold: plan.threshold,
      background: plan.background.includes(label),
    })),
    graph: 'model.onnx',
    license: plan.license,
    parent: null,
    dataset: null,
    metrics: {},
  }
}

/** The output of detectors and pose models is not one score for each label: it keeps its shape. */
const isRaw = ({ decode, pose }: Pick<ImportPlan, 'decode' | 'pose'>) => (decode ?? pose) !== undefined

function foldOptionsOf({ labels, ...plan }: ImportPlan): FoldOptions {
  return isRaw(plan) ? plan : { ...plan, labels: labels.length }
}

function decodeOf(decode: NonNullable<ImportPlan['decode']>, shape: readonly number[]): Decode {
  return { ...decode, ...shapeOf(shape, !['fastestdet', 'movenet'].includes(decode.head)) }
}

function poseOf(pose: NonNullable<ImportPlan['pose']>, shape: readonly number[]): PoseDecode {
  return { ...pose, ...shapeOf(shape, pose.head === 'yolo') }
}

/** The shape as it came out. Candidates are more than the values of each, whichever axis comes first. */
function shapeOf(shape: readonly number[], ofCandidates: boolean): Pick<Decode, 'shape' | 'axes'> {
  const [first = 0, second = 0] = shape
  const columns = ofCandidates && shape.length === 2 && first < second
  return { shape: [...shape], axes: columns ? 'columns' : 'rows' }
}

/** Such a graph keeps the one output that is read. */
function keepOutput(model: ReturnType<typeof readModel>, outputName: string | undefined): void {
  const { graph } = model
  if (!graph) return
  const chosen = chooseOutput(graph, outputName)
  graph.output = graph.output.filter(({ name }) => name === chosen)
}
