/** Element types of tensors that Vireo reads and writes, with their numbers in ONNX's TensorProto.DataType. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const

export type ElementType = keyof typeof elementTypes

/** The name for a DataType number, or `type N` for one that Vireo does not use. */
export function elementTypeName(dataType: number): string {
  const entry = Object.entries(elementTypes).find(([, code]) => code === dataType)
  return entry ? entry[0] : `type ${dataType}`
}
