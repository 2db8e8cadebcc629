import type { ImportPlan } from '../../../pipelines/model/import-model.ts'
import { didYouMean } from '../../config/did-you-mean.ts'
import { AppError } from '../../core/errors.ts'
import { keypointNames } from '../../core/pose.ts'
import { layouts } from '../../onnx/fold/fold-input.ts'
import { readLabels } from './read-labels.ts'

/** The options of `vireo model import` as commander gives them: text. */
export interface ImportOptions {
  readonly name: string
  readonly out: string
  readonly frames?: string
  readonly fps: string
  readonly size: string
  readonly layout: string
  readonly labels?: string
  readonly stride?: string
  readonly mean: string
  readonly std: string
  readonly scale: string
  readonly order: string
  readonly activation?: string
  readonly threshold?: string
  readonly background?: string
  readonly kind?: string
  readonly license: string
  readonly modelVersion: string
  readonly description: string
  readonly input?: string
  readonly output?: string
  readonly force?: boolean
  readonly json?: boolean
  readonly decode?: string
  readonly pose?: string
  readonly margin?: string
  readonly grid?: string
  readonly fit?: string
  readonly strides: string
  readonly leastScore: string
  readonly nmsIou: string
  readonly objectness?: boolean
  readonly corners?: boolean
  readonly shares?: boolean
}

/** Turns the text into a plan. Throws API_BAD_REQUEST naming the option and what it accepts. */
export function parseImportOptions(file: string, options: ImportOptions): ImportPlan {
  const kind = kindOf(options)
  const decode = options.decode === undefined ? undefined : parseDecode(options.decode, options)
  const pose = options.pose === undefined ? undefined : parsePose(options.pose, options)
  const isClip = kind === 'clip'
  if (isClip && options.frames === undefined)
    throw new AppError('API_BAD_REQUEST', '--frames: is required for a clip model')
  const ofPeople = options.decode === 'movenet' || options.decode === 'yolo-pose'
  if (!pose && !ofPeople && options.labels === undefined)
    throw new AppError('API_BAD_REQUEST', '--labels: is required for a clip model and a detector')
  const frames = isClip ? whole('frames', options.frames!) : 1
  const [widthPx, heightPx] = parseSize(options.size)
  const scale = parseScale(options.scale)
  const mean = triple('mean', options.mean)
  const std = triple('std', options.std)
  if (scale <= 1 / 255 && mean.some((value) => Math.abs(value) > 2))
    throw refuse(
      'mean',
      options.mean,
      'pixels are 0 to 1 before the mean is taken off; give --scale 1 for 0 to 255',
    )
  if (std.some((value) => value <= 0)) throw refuse('std', options.std, 'each must be above 0')
  return {
    file,
    outDir: options.out,
    force: options.force === true,
    name: options.name,
    version: options.modelVersion,
    description: options.description,
    frames,
    sampleFps: above0('fps', options.fps),
    strideFrames: !isClip
      ? 1
      : options.stride === undefined
        ? Math.max(1, Math.floor(frames / 2))
        : whole('stride', options.stride),
    widthPx,
    heightPx,
    layout: choice('layout', options.layout.toUpperCase(), layouts),
    channelOrder: choice('order', options.order, ['rgb', 'bgr'] as const),
    mean,
    std,
    scale,
    labels: options.labels !== undefined ? readLabels(options.labels) : ofPeople ? ['person'] : keypointNames,
    background: (options.background ?? '').split(',').map(trim).filter(Boolean),
    activation: choice('activation', options.activation ?? (isClip ? 'softmax' : 'none'), [
      'softmax',
      'sigmoid',
      'none',
    ] as const),
    threshold: share(
      'threshold',
      options.threshold ?? (pose || options.decode === 'movenet' ? '0.3' : '0.5'),
    ),
    license: options.license,
    ...(decode && { decode }),
    ...(options.decode === 'nanodet' && { distributionStrides: stridesOf(options) }),
    ...(pose && { pose }),
    ...(options.input === undefined ? {} : { inputName: options.input }),
    ...(options.output === undefined ? {} : { outputName: options.output }),
  }
}

function kindOf({ kind, decode, pose }: ImportOptions): 'clip' | 'detector' | 'pose' {
  const kinds = ['clip', 'detector', 'pose'] as const
  const said = decode !== undefined ? 'detector' : pose !== undefined ? 'pose' : 'clip'
  const found = kinds.find((one) => one === (kind ?? said))
  if (!found)
    throw refuse(
      'kind',
      kind!,
      'only clip models (a clip in, one score for each label out), detectors and pose models',
    )
  if ((found === 'detector') !== (decode !== undefined))
    throw refuse('kind', found, `a detector, and nothing else, has --decode ${heads.join(', ')}`)
  if ((found === 'pose') !== (pose !== undefined))
    throw refuse('kind', found, 'a pose model, and nothing else, has --pose movenet, heatmaps or yolo')
  return found
}

function parsePose(text: string, { margin, grid }: ImportOptions): NonNullable<ImportPlan['pose']> {
  const head = choice('pose', text, ['movenet', 'heatmaps', 'yolo'] as const)
  return {
    head,
    grid: choice('grid', grid ?? 'cells', ['cells', 'corners'] as const),
    margin: margin === undefined ? usualMargin[head] : atLeast0('margin', margin),
  }
}

/** What the models saw around people in training: more than top-down models did. */
const usualMargin = { movenet: 0.2, heatmaps: 0.125, yolo: 0.2 } as const

/** Forms in which detectors give their boxes; the last two give the keypoints of people with them. NanoDet becomes yolo. */
const heads = ['yolox', 'yolo', 'boxes', 'fastestdet', 'nanodet', 'movenet', 'yolo-pose'] as const

function parseDecode(text: string, options: ImportOptions): NonNullable<ImportPlan['decode']> {
  const form = choice('decode', text, heads)
  const head = form === 'nanodet' ? 'yolo' : form
  const fits = ['stretch', 'letterbox', 'letterbox-centre'] as const
  const usual = {
    yolox: 'letterbox',
    yolo: 'letterbox-centre',
    boxes: 'letterbox-centre',
    fastestdet: 'stretch',
    movenet: 'letterbox-centre',
    'yolo-pose': 'letterbox-centre',
  }
  return {
    head,
    objectness: head === 'yolox' || head === 'fastestdet' || options.objectness === true,
    corners: head === 'boxes' || form === 'nanodet' || options.corners === true ? 'corners' : 'centre',
    units: options.shares === true ? 'shares' : 'pixels',
    strides: head === 'yolox' ? stridesOf(options) : [],
    fit: choice('fit', options.fit ?? usual[head], fits),
    leastScore: share('least-score', options.leastScore),
    leastKeypointScore: 0.3,
    nmsIou:
      head === 'boxes' || head === 'movenet' || options.nmsIou === 'none'
        ? null
        : share('nms-iou', options.nmsIou),
  }
}

const stridesOf = ({ strides }: ImportOptions) =>
  strides.split(',').map((part) => whole('strides', part.trim()))

const trim = (text: string) => text.trim()

const refuse = (option: string, value: string, text: string) =>
  new AppError('API_BAD_REQUEST', `--${option} ${value}: ${text}`, { details: { option } })

function whole(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw refuse(option, text, 'a whole number from 1')
  return Number(text)
}

/** `Number('')` is 0, so empty text needs its own answer. */
const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text))

function above0(option: string, text: string): number {
  const value = numberOf(text)
  if (!(value > 0 && Number.isFinite(value))) throw refuse(option, text, 'a number above 0')
  return value
}

function atLeast0(option: string, text: string): number {
  const value = numberOf(text)
  if (!(value >= 0 && value <= 2)) throw refuse(option, text, 'a number from 0 to 2')
  return value
}

function share(option: string, text: string): number {
  const value = numberOf(text)
  if (!(value >= 0 && value <= 1)) throw refuse(option, text, 'a number from 0 to 1')
  return value
}

function parseSize(text: string): [number, number] {
  const found = /^(\d{1,4})x(\d{1,4})$/i.exec(text)
  if (!found) throw refuse('size', text, 'width x height in pixels, such as 224x224')
  return [Number(found[1]), Number(found[2])]
}

function parseScale(text: string): number {
  const fraction = /^1\/(\d+(?:\.\d+)?)$/.exec(text)
  return fraction ? 1 / above0('scale', fraction[1]!) : above0('scale', text)
}

function triple(option: string, text: string): [number, number, number] {
  const values = text.split(',').map(numberOf)
  if (values.length === 1) values.push(values[0]!, values[0]!)
  if (values.length !== 3 || !values.every(Number.isFinite))
    throw refuse(
      option,
      text,
      'three numbers for red, green and blue, such as 0.485,0.456,0.406, or one for all',
    )
  return values as [number, number, number]
}

function choice<T extends string>(option: string, text: string, accepted: readonly T[]): T {
  const found = accepted.find((value) => value === text)
  if (found) return found
  const near = didYouMean(text, accepted)
  throw refuse(option, text, `accepted: ${accepted.join(', ')}${near ? `; did you mean ${near}?` : ''}`)
}
