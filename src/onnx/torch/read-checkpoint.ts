import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { AppError } from '../../core/errors.ts'
import { isName, type PickleValue, readPickle } from './read-pickle.ts'

/** A tensor of a checkpoint, its numbers in the order of its shape. */
export interface TorchTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Types of storages that are read, with the bytes of a number. Whole numbers (counters) are left out. */
const storages: Readonly<Record<string, number>> = { 'torch.FloatStorage': 4, 'torch.LongStorage': 8 }
const names = ['collections.OrderedDict', 'torch._utils._rebuild_tensor_v2', ...Object.keys(storages)]
const mostBytes = 1024 ** 3
const mostParts = 20_000

/**
 * The float32 tensors of a PyTorch checkpoint (`torch.save` of a state_dict, the zip format of PyTorch 1.6 and later), by
 * name. Nothing of the file is executed: its pickle is read as data, and only what tensors need is known.
 *
 * @throws AppError MODEL_GRAPH naming what the file has that is not known.
 */
export async function readCheckpoint(bytes: Uint8Array, file: string): Promise<Map<string, TorchTensor>> {
  const refuse = (text: string, cause?: unknown) => new AppError('MODEL_GRAPH', `${file}: ${text}`, { cause })
  const parts = await readParts(bytes).catch((cause: Error) => {
    throw refuse(
      `is no checkpoint of PyTorch 1.6 or later (${cause.message}); save it again with torch.save(model.state_dict(), FILE)`,
      cause,
    )
  })
  const pickle = [...parts].find(([name]) => /^[^/]+\/data\.pkl$/.test(name))
  if (!pickle) throw refuse('holds no data.pkl, so it is no checkpoint of PyTorch')
  const root = pickle[0].slice(0, -'data.pkl'.length)
  const tensors = new Map<string, TorchTensor>()
  let found: PickleValue
  try {
    found = readPickle(pickle[1], {
      names,
      storage: (id) => storageOf(id, (key) => parts.get(`${root}data/${key}`)),
      call: (name, args) => {
        if (name === 'collections.OrderedDict') return new Map()
        if (name === 'torch._utils._rebuild_tensor_v2') return { object: tensorOf(args) }
        throw new AppError('MODEL_GRAPH', `the pickle calls ${name}, which makes no tensor`)
      },
    })
  } catch (cause) {
    if (cause instanceof AppError) throw refuse(cause.message, cause)
    throw cause
  }
  if (!(found instanceof Map)) throw refuse('its pickle is no state_dict; save model.state_dict()')
  // Some save the state_dict beside other things.
  const inner = found.get('state_dict')
  for (const [name, value] of inner instanceof Map ? inner : found) {
    const tensor = typeof value === 'object' && value && 'object' in value ? value.object : null
    if (typeof name === 'string' && tensor) tensors.set(name, tensor as TorchTensor)
  }
  if (tensors.size === 0) throw refuse('has no float32 tensors; save model.state_dict()')
  return tensors
}

async function readParts(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const parts = new Map<string, Uint8Array>()
  let total = 0
  for await (const entry of zip.eachEntry()) {
    total += entry.uncompressedSize
    if (total > mostBytes || parts.size > mostParts) throw new Error('it is larger than 1 GiB')
    if (entry.compressionMethod !== 0) throw new Error('its parts are compressed')
    parts.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
  }
  return parts
}

/** The numbers of a storage, as a view of float32; whole numbers give null. */
interface Storage {
  readonly values: Float32Array | null
}

/** A persistent id is ('storage', type, key, device, count). */
function storageOf(id: PickleValue, read: (key: string) => Uint8Array | undefined): { object: Storage } {
  const refuse = (text: string) => new AppError('MODEL_GRAPH', text)
  if (!Array.isArray(id)) throw refuse('the pickle has an unknown kind of storage')
  const [kind, type, key, , count] = id as readonly PickleValue[]
  if (kind !== 'storage' || !isName(type!) || typeof key !== 'string' || typeof count !== 'number')
    throw refuse('the pickle has an unknown kind of storage')
  const size = storages[type.global]
  if (size === undefined)
    throw refuse(`storages of type ${type.global} are not read; save the model as float32`)
  const bytes = read(key)
  if (bytes?.length !== count * size)
    throw refuse(`storage ${key} has ${bytes?.length ?? 0} bytes instead of ${count * size}`)
  if (type.global !== 'torch.FloatStorage') return { object: { values: null } }
  // A copy, because a view of a file may begin at an odd address.
  return { object: { values: new Float32Array(new Uint8Array(bytes).buffer) } }
}

/** Arguments of _rebuild_tensor_v2: storage, offset, shape, steps from number to number along each axis. */
function tensorOf([storage, offset, shape, steps]: readonly PickleValue[]): TorchTensor | null {
  const refuse = (text: string) => new AppError('MODEL_GRAPH', `the pickle has a tensor ${text}`)
  const held =
    typeof storage === 'object' && storage && 'object' in storage ? (storage.object as Storage) : null
  if (!held || !isCounts([offset!]) || !isCounts(shape!) || !isCounts(steps!))
    throw refuse('that is not described by numbers')
  const { values } = held
  if (values === null) return null
  const count = shape.reduce((product, size) => product * size, 1)
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * steps[axis]!, offset as number)
  if (shape.length !== steps.length || (count > 0 && last >= values.length))
    throw refuse('beyond its storage')
  const out = new Float32Array(count)
  const places = shape.map(() => 0)
  let from = offset as number
  for (let at = 0; at < count; at += 1) {
    out[at] = values[from]!
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      places[axis]! += 1
      from += steps[axis]!
      if (places[axis]! < shape[axis]!) break
      from -= steps[axis]! * shape[axis]!
      places[axis] = 0
    }
  }
  return { shape, values: out }
}

const isCounts = (value: PickleValue): value is readonly number[] =>
  Array.isArray(value) &&
  value.every((each) => typeof each === 'number' && Number.isInteger(each) && each >= 0)
