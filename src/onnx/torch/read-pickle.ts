import { AppError } from '../../core/errors.ts'
import { opcodeName, type ReadOpcode, readOpcodes } from './pickle-opcodes.ts'

/** A name of Python that the pickle mentions, as `torch.FloatStorage`. It is only a name: nothing is looked up or called. */
export interface PickleName {
  readonly global: string
}

/** What the pickle calls; the caller says what may come of it. */
export type PickleCall = (name: string, args: readonly PickleValue[]) => PickleValue

/** What a pickle of tensors is made of. Dictionaries are Maps; `object` is what the caller made of a call or a storage. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleName
  | { readonly object: unknown }
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>

export interface PickleRules {
  /** Names that may appear, as `collections.OrderedDict`. */
  readonly names: readonly string[]
  readonly call: PickleCall
  /** What stands for something that lies outside of the pickle. */
  readonly storage: (id: PickleValue) => PickleValue
}

const mark = Symbol('mark')
/** A checkpoint has a few thousand steps a layer; more is no checkpoint, and would only keep the machine busy. */
const mostSteps = 5_000_000

/**
 * Reads a pickle as data. Only the steps of `readOpcodes` are known and only the names of the rules may appear, so that
 * nothing is ever carried out; everything else is refused by its name.
 *
 * @throws AppError MODEL_GRAPH
 */
export function readPickle(bytes: Uint8Array, rules: PickleRules): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stack: (PickleValue | typeof mark)[] = []
  const memo = new Map<number, PickleValue>()
  let at = 0
  const refuse = (text: string) => new AppError('MODEL_GRAPH', `the pickle ${text} (at byte ${at})`)
  const take = (count: number) => {
    if (at + count > bytes.length) throw refuse('ends in the middle')
    at += count
    return at - count
  }
  const pop = (): PickleValue => {
    const value = stack.pop()
    if (value === undefined || value === mark) throw refuse('takes a value that is not there')
    return value
  }
  const popMarked = (): PickleValue[] => {
    const from = stack.lastIndexOf(mark)
    if (from < 0) throw refuse('has no mark where it needs one')
    const values = stack.splice(from).slice(1) as PickleValue[]
    return values
  }
  const line = () => {
    const end = bytes.indexOf(10, at)
    if (end < 0 || end - at > 200) throw refuse('has a name without an end')
    const text = Buffer.from(bytes.subarray(at, end)).toString('latin1')
    at = end + 1
    return text
  }
  const remembered = (index: number) => {
    const value = memo.get(index)
    if (value === undefined) throw refuse(`asks for value ${index}, which it has not kept`)
    return value
  }
  const keep = (index: number) => {
    const value = pop()
    memo.set(index, value)
    stack.push(value)
  }
  const setItems = (items: readonly PickleValue[]) => {
    const target = pop()
    if (!(target instanceof Map) || items.length % 2 === 1)
      throw refuse('sets an item of what is no dictionary')
    for (let n = 0; n < items.length; n += 2) target.set(items[n]!, items[n + 1]!)
    stack.push(target)
  }
  const append = (items: readonly PickleValue[]) => {
    const target = pop()
    if (!Array.isArray(target)) throw refuse('appends to what is no list')
    target.push(...items)
    stack.push(target)
  }
  const call = () => {
    const args = pop()
    const callee = pop()
    if (!Array.isArray(args) || !isName(callee)) throw refuse('calls what is no name')
    return rules.call(callee.global, args)
  }
  const tuple = (count: number) => stack.push(Array.from({ length: count }, pop).reverse())

  const steps: Record<Exclude<ReadOpcode, 'STOP'>, () => unknown> = {
    PROTO: () => {
      const version = view.getUint8(take(1))
      if (version > 5) throw refuse(`is of protocol ${version}, which is not known`)
    },
    GLOBAL: () => {
      const name = `${line()}.${line()}`
      if (!rules.names.includes(name)) throw refuse(`names ${name}, which no checkpoint of tensors needs`)
      stack.push({ global: name })
    },
    MARK: () => stack.push(mark),
    EMPTY_TUPLE: () => stack.push([]),
    EMPTY_LIST: () => stack.push([]),
    EMPTY_DICT: () => stack.push(new Map()),
    NONE: () => stack.push(null),
    NEWTRUE: () => stack.push(true),
    NEWFALSE: () => stack.push(false),
    BININT1: () => stack.push(view.getUint8(take(1))),
    BININT2: () => stack.push(view.getUint16(take(2), true)),
    BININT: () => stack.push(view.getInt32(take(4), true)),
    LONG1: () => stack.push(littleInteger(bytes, take(1), take, refuse)),
    BINFLOAT: () => stack.push(view.getFloat64(take(8))),
    BINUNICODE: () => {
      const length = view.getUint32(take(4), true)
      const from = take(length)
      stack.push(Buffer.from(bytes.subarray(from, from + length)).toString('utf8'))
    },
    BINPUT: () => keep(view.getUint8(take(1))),
    LONG_BINPUT: () => keep(view.getUint32(take(4), true)),
    BINGET: () => stack.push(remembered(view.getUint8(take(1)))),
    LONG_BINGET: () => stack.push(remembered(view.getUint32(take(4), true))),
    TUPLE: () => stack.push(popMarked()),
    TUPLE1: () => tuple(1),
    TUPLE2: () => tuple(2),
    TUPLE3: () => tuple(3),
    APPEND: () => append([pop()]),
    APPENDS: () => append(popMarked()),
    SETITEM: () => setItems(Array.from({ length: 2 }, pop).reverse()),
    SETITEMS: () => setItems(popMarked()),
    BINPERSID: () => stack.push(rules.storage(pop())),
    REDUCE: () => stack.push(call()),
    // Attributes of a dictionary (versions of its layers) say nothing about tensors.
    BUILD: pop,
  }

  for (let step = 0; step < mostSteps; step += 1) {
    const code = bytes[take(1)]!
    const name = (readOpcodes as Readonly<Record<number, ReadOpcode>>)[code]
    if (name === undefined)
      throw refuse(
        `has the step ${opcodeName(code)}, which is not read: it is no plain checkpoint of tensors`,
      )
    if (name === 'STOP') return pop()
    steps[name]()
  }
  throw refuse(`has more than ${mostSteps} steps`)
}

export const isName = (value: PickleValue): value is PickleName =>
  typeof value === 'object' && value !== null && 'global' in value

/** LONG1: a length, then so many bytes of a whole number, the least first. */
function littleInteger(
  bytes: Uint8Array,
  from: number,
  take: (count: number) => number,
  refuse: (text: string) => AppError,
): number {
  const length = bytes[from]!
  if (length > 6) throw refuse('has a whole number that is too large')
  const start = take(length)
  let value = 0
  for (let n = length - 1; n >= 0; n -= 1) value = value * 256 + bytes[start + n]!
  const negative = length > 0 && bytes[start + length - 1]! >= 128
  return negative ? value - 256 ** length : value
}
