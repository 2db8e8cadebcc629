import { layouts } from '../../onnx/fold/fold-input.ts'
import { choice } from '../options/choice.ts'
import { colourTriple } from '../options/colour-triple.ts'
import { decimal, share } from '../options/decimal.ts'
import { fraction } from '../options/fraction.ts'
import { list } from '../options/list.ts'
import { size } from '../options/size.ts'
import { whole } from '../options/whole.ts'
import { WrongValue } from '../options/wrong-value.ts'

/** Forms in which detectors give their boxes; the last two give the keypoints of people with them. NanoDet becomes yolo. */
export const heads = ['yolox', 'yolo', 'boxes', 'fastestdet', 'nanodet', 'movenet', 'yolo-pose'] as const

const count = whole({ most: 999_999 })
const layout = choice(layouts)

/** How the values of the options of `vireo model import` are read, on the command line and in the catalogue. */
export const importReaders = {
  frames: count,
  fps: decimal({ above: 0, most: 1000 }),
  size: size(),
  layout: (text: string) => layout(text.toUpperCase()),
  stride: count,
  mean: colourTriple({ least: -1000, most: 1000 }),
  std: colourTriple({ above: 0, most: 1000 }),
  scale: fraction,
  order: choice(['rgb', 'bgr']),
  activation: choice(['softmax', 'sigmoid', 'none']),
  threshold: share,
  background: list(),
  kind,
  decode: choice(heads),
  pose: choice(['movenet', 'heatmaps', 'yolo']),
  margin: decimal({ least: 0, most: 2 }),
  grid: choice(['cells', 'corners']),
  fit: choice(['stretch', 'letterbox', 'letterbox-centre']),
  strides: list(count),
  leastScore: share,
  nmsIou,
}

function kind(text: string): 'clip' | 'detector' | 'pose' | 'skeleton' {
  if (text === 'clip' || text === 'detector' || text === 'pose' || text === 'skeleton') return text
  throw new WrongValue(
    'only clip models (a clip in, one score for each label out), detectors, pose models and skeleton models',
  )
}

function nmsIou(text: string): number | null {
  if (text === 'none') return null
  try {
    return share(text)
  } catch {
    throw new WrongValue('a number from 0 to 1, or none')
  }
}
