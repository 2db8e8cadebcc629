import { z } from 'zod'

const dim = z.looseObject({ size: z.union([z.string(), z.number()]).exactOptional() })
const shapeSchema = z.looseObject({
  dim: z.array(dim).exactOptional(),
  unknownRank: z.boolean().exactOptional(),
})

/** A value of an attribute, as protobuf's JSON writes it; `s` is base64. */
const attributeSchema = z.looseObject({
  i: z.union([z.string(), z.number()]).exactOptional(),
  f: z.union([z.number(), z.string()]).exactOptional(),
  b: z.boolean().exactOptional(),
  s: z.string().exactOptional(),
  type: z.union([z.string(), z.number()]).exactOptional(),
  shape: shapeSchema.exactOptional(),
  list: z
    .looseObject({
      i: z.array(z.union([z.string(), z.number()])).exactOptional(),
      f: z.array(z.union([z.number(), z.string()])).exactOptional(),
      s: z.array(z.string()).exactOptional(),
    })
    .exactOptional(),
})
export type TfjsAttribute = z.infer<typeof attributeSchema>

const nodeSchema = z.looseObject({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
})
export type TfjsNode = z.infer<typeof nodeSchema>

const weightSchema = z.looseObject({
  name: z.string(),
  dtype: z.enum(['float32', 'int32', 'bool']),
  shape: z.array(z.int().min(0)),
  quantization: z
    .looseObject({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().exactOptional(),
      min: z.number().exactOptional(),
    })
    .exactOptional(),
})
export type TfjsWeight = z.infer<typeof weightSchema>

const endSchema = z.looseObject({ name: z.string(), tensorShape: shapeSchema.exactOptional() })

/** The file model.json of a TensorFlow.js graph model, as far as it is needed. */
export const tfjsModelSchema = z.looseObject({
  format: z.literal('graph-model'),
  signature: z
    .looseObject({
      inputs: z.record(z.string(), endSchema).exactOptional(),
      outputs: z.record(z.string(), endSchema).exactOptional(),
    })
    .exactOptional(),
  modelTopology: z.looseObject({
    node: z.array(nodeSchema).min(1),
    library: z.looseObject({ function: z.array(z.unknown()).exactOptional() }).exactOptional(),
  }),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
})
export type TfjsModel = z.infer<typeof tfjsModelSchema>

/** Sizes of a shape; null for a free one. Null altogether when not even the number of axes is known. */
export function sizesOf(shape: z.infer<typeof shapeSchema> | undefined): (number | null)[] | null {
  if (!shape || shape.unknownRank) return null
  return (shape.dim ?? []).map(({ size }) => (size === undefined || Number(size) < 0 ? null : Number(size)))
}
