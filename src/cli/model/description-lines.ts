import { cleanLine } from '../../core/text/clean-text.ts'
import type { GraphDescription, GraphValue } from '../../onnx/read-model.ts'

/** x float32 [N, 3, 224, 224] */
export function valueText({ name, type, shape }: GraphValue): string {
  return `${name} ${type} [${shape.join(', ')}]`
}

const mostOperators = 20

/** The description as lines for a terminal. */
export function descriptionLines(description: GraphDescription): string[] {
  const operators = Object.entries(description.ops).map(([name, count]) => `${name} ${count}`)
  const more = operators.length - mostOperators
  const shown = operators.slice(0, mostOperators).join(', ')
  return [
    ...description.inputs.map((value) => `input       ${valueText(value)}`),
    ...description.outputs.map((value) => `output      ${valueText(value)}`),
    `opset       ${description.opset}`,
    `parameters  ${description.parameters.toLocaleString('en-GB')}`,
    `operators   ${shown}${more > 0 ? ` and ${more} more kinds` : ''}`,
    ...(description.producer ? [`producer    ${description.producer}`] : []),
  ].map(cleanLine)
}
