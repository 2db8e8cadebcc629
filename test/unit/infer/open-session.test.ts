import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkGraph } from '../../../src/infer/check-graph.ts'
import { countNodes } from '../../../src/onnx/node-counts.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { sampleBundle } from '../bundle/sample-bundle.ts'

it('counts the nodes of a profile by the provider that ran them, each once', async () => {
  const path = join(tempDir('profile'), 'profile.json')
  const ran = (name: string, provider: string) => ({ cat: 'Node', name, args: { provider } })
  const events = [
    { cat: 'Session', name: 'model_loading' },
    ran('n0_Cast_kernel_time', 'CPUExecutionProvider'),
    ran('n1_Conv_kernel_time', 'CUDAExecutionProvider'),
    ran('n2_Conv_kernel_time', 'CUDAExecutionProvider'),
    ran('n2_Conv_kernel_time', 'CUDAExecutionProvider'),
    { cat: 'Node', name: 'n3_fence', args: {} },
  ]
  writeFileSync(path, JSON.stringify(events))
  expect(await countNodes(path)).toEqual({ CPUExecutionProvider: 1, CUDAExecutionProvider: 2 })
})

const tensor = (name: string, type: string, shape: (number | string)[]) =>
  ({ name, isTensor: true, type, shape }) as never
const bundle = { ...sampleBundle(), formatVersion: 1 as const, files: [] }
const input = tensor('clips', 'uint8', ['N', 8, 48, 64, 3])
const output = tensor('scores', 'float32', ['N', 2])
const check = (inputs: never[], outputs: never[]) => () =>
  checkGraph({ inputMetadata: inputs, outputMetadata: outputs }, bundle, 'm')

it('accepts the stated graph, and sizes that it leaves open', () => {
  expect(check([input], [output, tensor('features', 'float16', [1])])).not.toThrow()
  expect(check([tensor('clips', 'uint8', ['a', 'b', 'c', 'd', 3])], [output])).not.toThrow()
})

it.each([
  [
    'a float input',
    [tensor('clips', 'float32', ['N', 8, 48, 64, 3])],
    [output],
    /uint8 .* has "clips" float32/,
  ],
  [
    'another size',
    [tensor('clips', 'uint8', ['N', 8, 64, 48, 3])],
    [output],
    /\[N, 8, 48, 64, 3\].*64, 48, 3\]/,
  ],
  ['a fixed batch', [tensor('clips', 'uint8', [1, 8, 48, 64, 3])], [output], /\[N, 8.*\[1, 8/],
  ['another name', [tensor('pixels', 'uint8', ['N', 8, 48, 64, 3])], [output], /"clips".*"pixels"/],
  ['more inputs', [input, tensor('mask', 'bool', [1])], [output], /wants input "mask"/],
  ['more labels', [input], [tensor('scores', 'float32', ['N', 3])], /\[N, 2\].*\[N, 3\]/],
  ['another rank', [input], [tensor('scores', 'float32', ['N', 1, 2])], /\[N, 2\].*\[N, 1, 2\]/],
] as const)('refuses %s, naming both sides', (_, inputs, outputs, message) => {
  expect(check([...inputs], [...outputs])).toThrow(message)
  expect(check([...inputs], [...outputs])).toThrow(expect.objectContaining({ code: 'MODEL_CONTRACT' }))
})
