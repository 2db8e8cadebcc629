import { describe, expect, it } from 'vitest'
import { opcodeName, readOpcodes } from '../../../../src/onnx/torch/pickle-opcodes.ts'
import { readCheckpoint } from '../../../../src/onnx/torch/read-checkpoint.ts'
import { readPickle } from '../../../../src/onnx/torch/read-pickle.ts'
import { pickle, storedZip, tensorSteps, torchCheckpoint } from '../../../support/torch-checkpoint.ts'

const numbers = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
const { begin, stop, text, int, global, tuple, call } = pickle

/** A checkpoint with these steps between the beginning and the end of its pickle. */
const checkpoint = (steps: readonly Buffer[], ...parts: [string, Uint8Array][]) =>
  storedZip([['archive/data.pkl', Buffer.concat([begin, ...steps, stop])], ...parts])
/** One tensor in a dictionary. */
const dictionary = (tensor: Buffer) => [Buffer.from('}'), text('w'), tensor, Buffer.from('s')]

const read = (bytes: Uint8Array) => readCheckpoint(bytes, 'model.pth')
const refusal = async (bytes: Uint8Array) => {
  const thrown = await read(bytes).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ code: 'MODEL_GRAPH' })
  expect((thrown as Error).message).toContain('model.pth: ')
  return (thrown as Error).message
}

describe('readCheckpoint', () => {
  it('gives tensors by name, whatever the order in their storage', async () => {
    const { values } = (
      await read(
        torchCheckpoint(new Map([['w', { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) }]])),
      )
    ).get('w')!
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6])
    // The same storage seen as its transpose: steps of 1 and 3.
    const turned = tensorSteps('0', [2, 3])
      .toString('latin1')
      .replace(tuple(int(3), int(1)).toString('latin1'), tuple(int(1), int(2)).toString('latin1'))
    const found = await read(
      checkpoint(dictionary(Buffer.from(turned, 'latin1')), ['archive/data/0', numbers([1, 2, 3, 4, 5, 6])]),
    )
    expect([...found.get('w')!.values]).toEqual([1, 3, 5, 2, 4, 6])
  })

  it('leaves counters out, and finds a state_dict beside other things', async () => {
    const inner = [
      ...[Buffer.from('}('), text('w'), tensorSteps('0', [2])],
      ...[text('steps'), tensorSteps('1', [1], 'LongStorage'), Buffer.from('u')],
    ]
    const steps = [Buffer.from('}('), text('epoch'), int(3), text('state_dict'), ...inner, Buffer.from('u')]
    const found = await read(
      checkpoint(steps, ['archive/data/0', numbers([7, 8])], ['archive/data/1', new Uint8Array(8)]),
    )
    expect([...found]).toEqual([['w', { shape: [2], values: Float32Array.of(7, 8) }]])
  })

  it('executes nothing: names beside those of tensors are refused', async () => {
    const evil = call(global('posix', 'system'), tuple(text('touch /tmp/x')))
    expect(await refusal(checkpoint([evil]))).toMatch(
      /names posix.system, which no checkpoint of tensors needs/,
    )
    // A name that may appear is not called as a function either.
    const storage = call(global('torch', 'FloatStorage'), tuple(int(3)))
    expect(await refusal(checkpoint([storage]))).toMatch(/calls torch.FloatStorage, which makes no tensor/)
  })

  it.each([
    ['no zip', numbers([1, 2, 3]), /no checkpoint of PyTorch 1.6 or later.*torch.save/],
    ['a zip of other things', storedZip([['a/b', numbers([1])]]), /no data.pkl/],
    [
      'a storage that is too short',
      checkpoint(dictionary(tensorSteps('0', [2])), ['archive/data/0', numbers([1])]),
      /storage 0 has 4 bytes instead of 8/,
    ],
    ['a storage that is not there', checkpoint(dictionary(tensorSteps('0', [2]))), /storage 0 has 0 bytes/],
    [
      'half precision',
      checkpoint(dictionary(tensorSteps('0', [2], 'HalfStorage'))),
      /names torch.HalfStorage/,
    ],
    ['a list', checkpoint([Buffer.from(']')]), /no state_dict/],
    ['no tensors', checkpoint([Buffer.from('}')]), /no float32 tensors/],
    [
      'a pickle that ends early',
      storedZip([['archive/data.pkl', Buffer.concat([begin, text('w').subarray(0, 4)])]]),
      /ends in the middle/,
    ],
  ])('refuses %s', async (_name, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message)
  })

  it('refuses a tensor that reaches beyond its storage', async () => {
    const text = tensorSteps('0', [2, 3]).toString('latin1')
    const far = text.replace(
      tuple(int(3), int(1)).toString('latin1'),
      tuple(int(4), int(1)).toString('latin1'),
    )
    const bytes = checkpoint(dictionary(Buffer.from(far, 'latin1')), [
      'archive/data/0',
      numbers([1, 2, 3, 4, 5, 6]),
    ])
    expect(await refusal(bytes)).toMatch(/beyond its storage/)
  })
})

describe('readPickle', () => {
  const rules = { names: [], call: () => null, storage: () => null }

  it('refuses every step that is not on its list, by its name', () => {
    for (let code = 0; code < 256; code += 1) {
      if (code in readOpcodes) continue
      expect(() => readPickle(Uint8Array.of(0x80, 2, code), rules)).toThrow(
        `has the step ${opcodeName(code)},`,
      )
    }
    expect(() => readPickle(Uint8Array.of(0x80, 4, 0x93), rules)).toThrow(/STACK_GLOBAL/)
    expect(() => readPickle(Uint8Array.of(0x80, 2, 0x69), rules)).toThrow(/INST/)
  })

  it.each([
    ['takes what is not there', [0x71, 0]],
    ['ends a tuple that did not begin', [0x74]],
    ['asks for what it has not kept', [0x68, 3]],
    ['sets an item of a number', [0x4b, 1, 0x4b, 2, 0x4b, 3, 0x73]],
    ['calls a number', [0x4b, 1, 0x29, 0x52]],
    ['is of a protocol to come', [0x80, 9]],
  ])('refuses one that %s', (_name, bytes) => {
    expect(() => readPickle(Uint8Array.from(bytes), rules)).toThrow(
      expect.objectContaining({ code: 'MODEL_GRAPH' }),
    )
  })

  it('reads whole numbers of every length', () => {
    const value = (...bytes: number[]) => readPickle(Uint8Array.from([...bytes, 0x2e]), rules)
    expect(value(0x8a, 0)).toBe(0)
    expect(value(0x8a, 2, 0x00, 0x01)).toBe(256)
    expect(value(0x8a, 1, 0xff)).toBe(-1)
    expect(value(0x4d, 0x00, 0x02)).toBe(512)
  })
})
