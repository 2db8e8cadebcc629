import { AppError } from '../../core/errors.ts'
import { shapeOf, shapeText, type TensorShape } from '../edit/edit-nodes.ts'
import { elementTypes } from '../element-type.ts'
import type { GraphProto, ValueInfoProto } from '../proto/onnx_pb.ts'
import { isIdentity, type Layout, layouts, type Preprocessing } from './fold-input.ts'

/** The input that takes the pixels: the only one. Throws MODEL_GRAPH listing what there is. */
export function chooseInput(graph: GraphProto, inputName: string | undefined): ValueInfoProto {
  const listed = graph.input
    .map((info) => {
      const shape = shapeOf(info)
      return `"${info.name}" ${shape ? shapeText(shape) : '(not a tensor)'}`
    })
    .join(', ')
  const refuse = (text: string) =>
    new AppError('MODEL_GRAPH', `the graph's inputs are ${listed || 'none'}: ${text}`, {
      details: { inputs: graph.input.map(({ name }) => name) },
    })
  const found = inputName === undefined ? graph.input[0] : graph.input.find(({ name }) => name === inputName)
  if (!found)
    throw refuse(inputName === undefined ? 'it takes nothing' : `there is none named "${inputName}"`)
  const others = graph.input.filter((info) => info !== found)
  if (others.length > 0)
    throw refuse(
      `only one can take the pixels, so ${others.map(({ name }) => `"${name}"`).join(', ')} would stay without a value; export the model with the pixels as its only input`,
    )
  return found
}

const floats: readonly number[] = [elementTypes.float32, elementTypes.float16, elementTypes.float64]
const integers: readonly number[] = [elementTypes.uint8, elementTypes.int32, elementTypes.int64]

/**
 * The input's shape, once it is certain that it fits layout, frames and size; only the batch may be free. Throws MODEL_GRAPH saying what
 * the graph has, which axis differs, and which layouts would fit.
 */
export function matchInput(info: ValueInfoProto, plan: Preprocessing & { frames: number }): TensorShape {
  const shape = shapeOf(info)
  const refuse = (text: string) =>
    new AppError(
      'MODEL_GRAPH',
      `input "${info.name}" is ${shape ? shapeText(shape) : 'not a tensor'}: ${text}`,
      {
        details: { input: info.name, shape: shape?.dims ?? null, layout: plan.layout },
      },
    )
  if (!shape?.dims) throw refuse('its shape must be stated; export the model with one')
  const { elemType, dims } = shape
  if (!floats.includes(elemType) && !integers.includes(elemType))
    throw refuse('pixels cannot be given as this type')
  if (!floats.includes(elemType) && !isIdentity(plan))
    throw refuse('it takes whole numbers, so mean must be 0, std 1 and scale 1')
  const wanted = (layout: Layout) =>
    [...layout].map((axis) => ({ N: 'N', T: plan.frames, C: 3, H: plan.heightPx, W: plan.widthPx })[axis]!)
  const fits = (layout: Layout) => {
    const axes = wanted(layout)
    return axes.length === dims.length && axes.every((size, at) => !differs(size, dims[at]!))
  }
  const axes = wanted(plan.layout)
  if (fits(plan.layout)) return { elemType, dims: [dims[0]!, ...axes.slice(1)] }
  const said = `layout ${plan.layout} with ${plan.frames} frames of ${plan.widthPx}x${plan.heightPx} is [${axes.join(', ')}]`
  const others = layouts.filter(fits)
  const hint = others.length > 0 ? `; layout ${others.join(' or ')} would fit` : ''
  if (axes.length !== dims.length)
    throw refuse(`${said}, ${axes.length} axes instead of ${dims.length}${hint}`)
  const at = axes.findIndex((size, axis) => differs(size, dims[axis]!))
  throw refuse(`${said}, but axis ${at} (${plan.layout[at]}) of the graph is ${dims[at]}${hint}`)
}

/** A dynamic axis takes anything. */
function differs(wanted: number | string, actual: number | string): boolean {
  return typeof wanted === 'number' && typeof actual === 'number' && wanted !== actual
}
