import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { readCheckpoint, type TorchTensor } from '../../../../src/onnx/torch/read-checkpoint.ts'
import { writeVideoResnet } from '../../../../src/onnx/torch/video-resnet.ts'
import { torchCheckpoint } from '../../../support/torch-checkpoint.ts'
import { layerDifferences } from '../../../support/video-resnet-parity.ts'

const size = { frames: 8, heightPx: 16, widthPx: 24 }

/** A narrow network. `depths`: frames that the kernels of each of the four layers span, as in MC3-18 (3, 1, 1, 1). */
function network(depths: readonly number[], seed = 1): Map<string, TorchTensor> {
  const random = createRandom(seed)
  const tensors = new Map<string, TorchTensor>()
  const tensor = (name: string, shape: readonly number[], from: number, to: number) => {
    const count = shape.reduce((a, b) => a * b)
    const values = Float32Array.from({ length: count }, () => random.range(from, to))
    tensors.set(name, { shape, values })
  }
  const layer = (weight: string, norm: string, shape: readonly number[]) => {
    tensor(weight, shape, -0.3, 0.3)
    tensor(`${norm}.weight`, [shape[0]!], 0.5, 1.5)
    tensor(`${norm}.bias`, [shape[0]!], -0.5, 0.5)
    tensor(`${norm}.running_mean`, [shape[0]!], -0.5, 0.5)
    tensor(`${norm}.running_var`, [shape[0]!], 0.2, 2)
  }
  layer('stem.0.weight', 'stem.1', [4, 3, 3, 7, 7])
  const widths = [4, 4, 6, 8, 10]
  depths.forEach((depth, at) => {
    const [from, to] = [widths[at]!, widths[at + 1]!]
    for (const block of [0, 1]) {
      const name = `layer${at + 1}.${block}`
      layer(`${name}.conv1.0.weight`, `${name}.conv1.1`, [to, block === 0 ? from : to, depth, 3, 3])
      layer(`${name}.conv2.0.weight`, `${name}.conv2.1`, [to, to, depth, 3, 3])
      if (block === 0 && at > 0)
        layer(`${name}.downsample.0.weight`, `${name}.downsample.1`, [to, from, 1, 1, 1])
    }
  })
  tensor('fc.weight', [5, 10], -1, 1)
  tensor('fc.bias', [5], -1, 1)
  return tensors
}

describe('writeVideoResnet', () => {
  it.each([
    ['MC3-18', [3, 1, 1, 1]],
    ['R3D-18', [3, 3, 3, 3]],
  ])('gives what the definition of every layer gives, for %s', async (_name, depths) => {
    const differences = await layerDifferences(network(depths), {
      ...size,
      samples: 300,
      random: createRandom(2),
    })
    expect(Object.keys(differences)).toHaveLength(1 + 8 * 3 + 3 + 2)
    for (const [layer, difference] of Object.entries(differences))
      expect(difference, layer).toBeLessThanOrEqual(1e-4)
  })

  it('tells the number of labels and of features', () => {
    expect(writeVideoResnet(network([3, 1, 1, 1]), size)).toMatchObject({ labels: 5, features: 10 })
  })

  it.each([
    [
      'lacks a tensor',
      (all: Map<string, TorchTensor>) => all.delete('stem.1.running_var'),
      /stem.1.running_var/,
    ],
    [
      'has a layer more',
      (all: Map<string, TorchTensor>) => all.set('layer5.0.weight', all.get('fc.bias')!),
      /layer5.0.weight has no place/,
    ],
    [
      'has another number of channels',
      (all: Map<string, TorchTensor>) => all.set('stem.1.weight', all.get('fc.bias')!),
      /stem.1 has 5 channels/,
    ],
    [
      'is made of pictures',
      (all: Map<string, TorchTensor>) => all.set('stem.0.weight', all.get('fc.weight')!),
      /stem.0.weight should be a tensor of 5 axes/,
    ],
  ])('refuses a checkpoint that %s, naming it', (_name, change, message) => {
    const tensors = network([3, 1, 1, 1])
    change(tensors)
    const write = () => writeVideoResnet(tensors, size)
    expect(write).toThrow(message)
    expect(write).toThrow(/no video ResNet.*export other models as ONNX/)
  })

  it('reads from a checkpoint what was written into it', async () => {
    const tensors = network([3, 1, 1, 1])
    expect(await readCheckpoint(torchCheckpoint(tensors), 'a.pth')).toEqual(tensors)
  })
})
