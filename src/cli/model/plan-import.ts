import type { ImportPlan } from '../../../pipelines/model/import-model.ts'
import { AppError } from '../../core/errors.ts'
import { keypointNames } from '../../core/pose.ts'
import { heads, type importReaders } from './import-readers.ts'
import { readLabels } from './read-labels.ts'

type Read = { readonly [Name in keyof typeof importReaders]: ReturnType<(typeof importReaders)[Name]> }
type Needed =
  | 'fps'
  | 'size'
  | 'layout'
  | 'mean'
  | 'std'
  | 'scale'
  | 'order'
  | 'strides'
  | 'leastScore'
  | 'nmsIou'

/** The options of `vireo model import` with their values read. */
export interface ImportValues extends Pick<Read, Needed>, Partial<Omit<Read, Needed>> {
  readonly name: string
  readonly out: string
  readonly labels?: string
  readonly license: string
  readonly modelVersion: string
  readonly description: string
  readonly input?: string
  readonly output?: string
  readonly force?: boolean
  readonly objectness?: boolean
  readonly corners?: boolean
  readonly shares?: boolean
}

/** What to import, and how. Throws API_BAD_REQUEST for options that do not go together. */
export function planImport(file: string, options: ImportValues): ImportPlan {
  const { decode: head, pose: poseHead, labels, mean, scale, input, output } = options
  const isClip = kindOf(options) === 'clip'
  const decode = head && decodeOf(head, options)
  const pose = poseHead && poseOf(poseHead, options)
  if (isClip && options.frames === undefined)
    throw new AppError('API_BAD_REQUEST', '--frames: is required for a clip model')
  const ofPeople = head === 'movenet' || head === 'yolo-pose'
  if (!pose && !ofPeople && labels === undefined)
    throw new AppError('API_BAD_REQUEST', '--labels: is required for a clip model and a detector')
  const frames = isClip ? options.frames! : 1
  if (scale <= 1 / 255 && mean.some((value) => Math.abs(value) > 2))
    throw refuse(
      'mean',
      mean.join(','),
      'pixels are 0 to 1 before the mean is taken off; give --scale 1 for 0 to 255',
    )
  const [widthPx, heightPx] = options.size
  return {
    file,
    outDir: options.out,
    force: options.force === true,
    name: options.name,
    version: options.modelVersion,
    description: options.description,
    frames,
    sampleFps: options.fps,
    license: options.license,
    strideFrames: isClip ? (options.stride ?? Math.max(1, Math.floor(frames / 2))) : 1,
    widthPx,
    heightPx,
    layout: options.layout,
    channelOrder: options.order,
    mean,
    std: options.std,
    scale,
    labels: labels !== undefined ? readLabels(labels) : ofPeople ? ['person'] : keypointNames,
    background: options.background ?? [],
    activation: options.activation ?? (isClip ? 'softmax' : 'none'),
    threshold: options.threshold ?? (pose || head === 'movenet' ? 0.3 : 0.5),
    ...(decode && { decode }),
    ...(head === 'nanodet' && { distributionStrides: options.strides }),
    ...(pose && { pose }),
    ...(input !== undefined && { inputName: input }),
    ...(output !== undefined && { outputName: output }),
  }
}

function kindOf({ kind, decode, pose }: ImportValues): 'clip' | 'detector' | 'pose' {
  const found = kind ?? (decode !== undefined ? 'detector' : pose !== undefined ? 'pose' : 'clip')
  if (found === 'skeleton') throw refuse('kind', found, 'is not imported together with options of pictures')
  if ((found === 'detector') !== (decode !== undefined))
    throw refuse('kind', found, `a detector, and nothing else, has --decode ${heads.join(', ')}`)
  if ((found === 'pose') !== (pose !== undefined))
    throw refuse('kind', found, 'a pose model, and nothing else, has --pose movenet, heatmaps or yolo')
  return found
}

/** What the models saw around people in training: more than top-down models did. */
const usualMargin = { movenet: 0.2, heatmaps: 0.125, yolo: 0.2 } as const

function poseOf(
  head: NonNullable<ImportValues['pose']>,
  { margin = usualMargin[head], grid = 'cells' }: ImportValues,
): NonNullable<ImportPlan['pose']> {
  return { head, grid, margin }
}

const usualFit = {
  yolox: 'letterbox',
  yolo: 'letterbox-centre',
  boxes: 'letterbox-centre',
  fastestdet: 'stretch',
  movenet: 'letterbox-centre',
  'yolo-pose': 'letterbox-centre',
} as const

function decodeOf(
  form: NonNullable<ImportValues['decode']>,
  { objectness, corners, shares, strides, fit, leastScore, nmsIou }: ImportValues,
): NonNullable<ImportPlan['decode']> {
  const head = form === 'nanodet' ? 'yolo' : form
  return {
    head,
    fit: fit ?? usualFit[head],
    leastScore,
    leastKeypointScore: 0.3,
    objectness: head === 'yolox' || head === 'fastestdet' || objectness === true,
    corners: head === 'boxes' || form === 'nanodet' || corners === true ? 'corners' : 'centre',
    units: shares === true ? 'shares' : 'pixels',
    strides: head === 'yolox' ? strides : [],
    // Such a graph has suppressed weaker boxes already.
    nmsIou: head === 'boxes' || head === 'movenet' ? null : nmsIou,
  }
}

const refuse = (option: string, value: string, text: string) =>
  new AppError('API_BAD_REQUEST', `--${option} ${value}: ${text}`, { details: { option } })
