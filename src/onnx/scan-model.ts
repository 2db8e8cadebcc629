import { AppError } from '../core/errors.ts'

/** What a model refers to outside its own file. */
export interface ModelScan {
  readonly nodes: number
  /** Files with tensors' bytes, as the model names them. */
  readonly externalFiles: readonly string[]
  /** Domains of operators other than ONNX's own. */
  readonly domains: readonly string[]
  /** Types of the nodes that load compiled code from a file, such as EPContext. */
  readonly loaders: readonly string[]
}

/** Graphs within graphs; a real model has three or so. */
const mostDepth = 32
const mostNodes = 500_000
const mostTensors = 500_000
/** Longest name of a file or an operator that is looked at. */
const mostText = 4096

/** Fields that lead to nodes and tensors, by message; see onnx.proto. A message without an entry is skipped. */
const inside = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
} as const satisfies Record<string, Record<number, string>>

type Message = keyof typeof inside

/**
 * Walks an ONNX file without copying its tensors and without ONNX Runtime: what it refers to is known before anything is
 * loaded. Its time grows with the number of fields, and depth and counts are bounded. Throws MODEL_GRAPH for bytes that
 * are no protobuf message, or more than any real model holds.
 */
export function scanModel(bytes: Uint8Array, file = 'the model'): ModelScan {
  function refuse(text: string): never {
    throw new AppError('MODEL_GRAPH', `${file} is not an ONNX file that can be read: ${text}`, {
      details: { file },
    })
  }
  const counts = { node: 0, tensor: 0, graph: 0, place: 0 }
  const external = new Set<string>()
  const domains = new Set<string>()
  const loaders = new Set<string>()
  const decoder = new TextDecoder()
  const text = (from: number, to: number) =>
    to - from > mostText ? refuse('a name is too long') : decoder.decode(bytes.subarray(from, to))

  const walk = (message: Message, start: number, end: number, depth: number): void => {
    if (depth > mostDepth) refuse(`graphs lie in each other more than ${mostDepth} deep`)
    const strings: Record<number, string> = {}
    let outside = false
    const placesBefore = counts.place
    for (let at = start; at < end; ) {
      const key = varint(bytes, at, end)
      if (!key) refuse(`a broken field at byte ${at}`)
      at = key.next
      const field = Math.floor(key.value / 8)
      const wire = key.value % 8
      if (field === 0) refuse(`a broken field at byte ${at}`)
      if (wire === 2) {
        const length = varint(bytes, at, end)
        if (!length || length.value > end - length.next) refuse(`a field of no end at byte ${at}`)
        const [from, to] = [length.next, length.next + length.value]
        const child = (inside[message] as Record<number, Message | undefined>)[field]
        if (child !== undefined) walk(child, from, to, depth + 1)
        else if (isText(message, field)) strings[field] = text(from, to)
        at = to
      } else if (wire === 0) {
        const value = varint(bytes, at, end)
        if (!value) refuse(`a broken number at byte ${at}`)
        if (message === 'tensor' && field === 14 && value.value === 1) outside = true
        at = value.next
      } else if (wire === 1 || wire === 5) {
        at += wire === 1 ? 8 : 4
        if (at > end) refuse('it ends in the middle of a number')
      } else refuse(`a field of unknown kind ${wire} at byte ${at}`)
    }
    if (message === 'node') {
      counts.node += 1
      if (counts.node > mostNodes) refuse(`it has more than ${mostNodes} nodes`)
      const domain = strings[7] ?? ''
      if (domain !== '' && domain !== 'ai.onnx') domains.add(domain)
      if (/^EPContext$/i.test(strings[4] ?? '')) loaders.add(strings[4]!)
    } else if (message === 'tensor') {
      counts.tensor += 1
      if (counts.tensor > mostTensors) refuse(`it has more than ${mostTensors} tensors`)
      // Its bytes lie outside, and nothing says where.
      if (outside && counts.place === placesBefore) external.add('')
    } else if (message === 'entry' && strings[1] === 'location') {
      counts.place += 1
      external.add(strings[2] ?? '')
    } else if (message === 'graph') counts.graph += 1
  }
  walk('model', 0, bytes.length, 0)
  if (counts.graph === 0 || counts.node === 0) refuse('it holds no graph')
  return { nodes: counts.node, externalFiles: [...external], domains: [...domains], loaders: [...loaders] }
}

/** Operator and domain of a node; key and value of an entry about a tensor's bytes. */
function isText(message: Message, field: number): boolean {
  return message === 'node' ? field === 4 || field === 7 : message === 'entry' && (field === 1 || field === 2)
}

/** null for one that does not end, or is larger than a length can be; larger numbers are read as infinite. */
function varint(bytes: Uint8Array, start: number, end: number): { value: number; next: number } | null {
  let value = 0
  let factor = 1
  for (let at = start; at < end && at < start + 10; at += 1) {
    const byte = bytes[at]!
    value += (byte & 127) * factor
    if (byte < 128) return { value, next: at + 1 }
    factor *= 128
  }
  return null
}
