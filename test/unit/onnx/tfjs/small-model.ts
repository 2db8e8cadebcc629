import type { TfjsAttribute, TfjsModel } from '../../../../src/onnx/tfjs/tfjs-schema.ts'

/** A constant of a small graph. */
export interface Weight {
  readonly name: string
  readonly type?: 'float32' | 'int32' | 'bool'
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export interface SmallNode {
  readonly name?: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr?: Readonly<Record<string, TfjsAttribute>>
}

export interface SmallGraph {
  readonly inputShape: readonly number[]
  readonly inputType?: 'DT_FLOAT' | 'DT_INT32'
  readonly weights?: readonly Weight[]
  /** The last one is the output. */
  readonly nodes: readonly SmallNode[]
  readonly outputs?: readonly string[]
}

export const s = (text: string): TfjsAttribute => ({ s: Buffer.from(text).toString('base64') })
export const i = (value: number): TfjsAttribute => ({ i: String(value) })
export const f = (value: number): TfjsAttribute => ({ f: value })
export const b = (value: boolean): TfjsAttribute => ({ b: value })
export const type = (name: string): TfjsAttribute => ({ type: name })
export const ints = (...values: number[]): TfjsAttribute => ({ list: { i: values.map(String) } })
export const texts = (...values: string[]): TfjsAttribute => ({
  list: { s: values.map((text) => Buffer.from(text).toString('base64')) },
})

/** model.json and weights of a graph of a few nodes, as TensorFlow.js's converter writes them. */
export function smallModel(graph: SmallGraph): { model: TfjsModel; data: Uint8Array<ArrayBuffer> } {
  const { inputShape, inputType = 'DT_FLOAT', weights = [], nodes } = graph
  const dim = inputShape.map((size) => ({ size: String(size) }))
  const bytes = weights.map(({ type: kind = 'float32', values }) => {
    if (kind === 'bool') return Uint8Array.from(values)
    const typed = kind === 'int32' ? Int32Array.from(values) : Float32Array.from(values)
    return new Uint8Array(typed.buffer)
  })
  const named = nodes.map((node, index) => ({ name: `node_${index}`, ...node }))
  const outputs = graph.outputs ?? [named.at(-1)!.name]
  const types = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' }
  return {
    model: {
      format: 'graph-model',
      signature: {
        inputs: { x: { name: 'x:0', tensorShape: { dim } } },
        outputs: Object.fromEntries(outputs.map((name, index) => [`out_${index}`, { name }])),
      },
      modelTopology: {
        versions: { producer: 808 },
        node: [
          {
            name: 'x',
            op: 'Placeholder',
            input: [],
            attr: { dtype: type(inputType), shape: { shape: { dim } } },
          },
          ...weights.map(({ name, type: kind = 'float32', shape }) => ({
            name,
            op: 'Const',
            input: [],
            attr: {
              dtype: type(types[kind]),
              value: {
                tensor: {
                  dtype: types[kind],
                  tensorShape: { dim: shape.map((size) => ({ size: String(size) })) },
                },
              },
            },
          })),
          ...named.map(({ name, op, input, attr = {} }) => ({
            name,
            op,
            input: [...input],
            attr: { ...attr },
          })),
        ],
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: weights.map(({ name, type: kind = 'float32', shape }) => ({
            name,
            dtype: kind,
            shape: [...shape],
          })),
        },
      ],
    },
    data: new Uint8Array(Buffer.concat(bytes)),
  }
}
