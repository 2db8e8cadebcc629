import { crc32 } from 'node:zlib'
import type { TorchTensor } from '../../src/onnx/torch/read-checkpoint.ts'

/** Steps of a pickle, written by hand, as `torch.save` writes them. */
export const pickle = {
  begin: Buffer.from([0x80, 2]),
  stop: Buffer.from('.'),
  global: (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`),
  text(value: string) {
    const bytes = Buffer.from(value)
    return Buffer.concat([Buffer.from('X'), uint32(bytes.length), bytes])
  },
  int: (value: number) => Buffer.concat([Buffer.from('J'), uint32(value)]),
  tuple: (...items: readonly Buffer[]) => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]),
  call: (callee: Buffer, args: Buffer) => Buffer.concat([callee, args, Buffer.from('R')]),
}

/** A state_dict of float32 tensors as the zip that `torch.save` writes. */
export function torchCheckpoint(tensors: ReadonlyMap<string, TorchTensor>): Uint8Array {
  const parts: [string, Uint8Array][] = []
  const items = [...tensors].flatMap(([name, { shape, values }], at) => {
    parts.push([`archive/data/${at}`, new Uint8Array(Float32Array.from(values).buffer)])
    return [pickle.text(name), tensorSteps(String(at), shape)]
  })
  const dictionary = pickle.call(pickle.global('collections', 'OrderedDict'), Buffer.from(')'))
  const steps = [pickle.begin, dictionary, Buffer.from('('), ...items, Buffer.from('u'), pickle.stop]
  return storedZip([['archive/data.pkl', Buffer.concat(steps)], ...parts])
}

/** The call that makes a tensor of a storage. */
export function tensorSteps(key: string, shape: readonly number[], type = 'FloatStorage'): Buffer {
  const { global, text, int, tuple, call } = pickle
  const count = shape.reduce((product, size) => product * size, 1)
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const id = tuple(text('storage'), global('torch', type), text(key), text('cpu'), int(count))
  const args = tuple(
    Buffer.concat([id, Buffer.from('Q')]),
    int(0),
    tuple(...shape.map(int)),
    tuple(...steps.map(int)),
    Buffer.from([0x89]),
    call(global('collections', 'OrderedDict'), Buffer.from(')')),
  )
  return call(global('torch._utils', '_rebuild_tensor_v2'), args)
}

/** A zip whose files are stored as they are. */
export function storedZip(files: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const chunks: Buffer[] = []
  const index: Buffer[] = []
  let at = 0
  for (const [name, bytes] of files) {
    const told = [Buffer.alloc(8), uint32(crc32(bytes)), uint32(bytes.length), uint32(bytes.length)]
    const names = [uint16(Buffer.byteLength(name)), uint16(0)]
    const head = Buffer.concat([uint32(0x04034b50), uint16(20), ...told, ...names, Buffer.from(name)])
    const entry = [
      uint32(0x02014b50),
      uint16(20),
      uint16(20),
      ...told,
      ...names,
      Buffer.alloc(10),
      uint32(at),
    ]
    index.push(Buffer.concat([...entry, Buffer.from(name)]))
    chunks.push(head, Buffer.from(bytes))
    at += head.length + bytes.length
  }
  const size = index.reduce((sum, { length }) => sum + length, 0)
  const count = uint16(files.length)
  const end = [uint32(0x06054b50), Buffer.alloc(4), count, count, uint32(size), uint32(at), uint16(0)]
  return Buffer.concat([...chunks, ...index, ...end])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
