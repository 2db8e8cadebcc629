import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rightOf, whyOf } from '../../../../../pipelines/learn/choose/choose-way.ts'
import { waysToLearn } from '../../../../../pipelines/learn/choose/ways.ts'
import { learningSchema } from '../../../../../src/config/schema/learning-schema.ts'
import type { ModelRegistry } from '../../../../../src/registry/model-registry.ts'
import { writeBodiesBundle } from '../../../../support/bodies-bundle.ts'
import { writeBrightnessBundle } from '../../../../support/brightness-bundle.ts'
import { writeSkeletonBundle } from '../../../../support/skeleton-bundle.ts'
import { tempDir } from '../../../../support/temp-dir.ts'

const prediction = (truth: number, ...probabilities: number[]) => ({
  id: `${truth} ${probabilities.join()}`,
  group: 'g',
  truth,
  probabilities: Float32Array.from(probabilities),
})

async function site(...models: string[]) {
  const dir = tempDir('ways')
  const at = (name: string) => join(dir, name)
  await writeSkeletonBundle(at('skeleton'))
  await writeBodiesBundle(at('people'))
  await writeBrightnessBundle(at('video'))
  writeFileSync(at('clip.mp4'), 'a clip')
  return {
    at,
    ways: async ({ live = null as string | null, beside = false } = {}) => {
      if (beside) writeFileSync(at('clip.poses'), '{}')
      const registry = { state: () => ({ live }), dirOf: () => at(live ?? '') } as unknown as ModelRegistry
      return waysToLearn({
        learning: learningSchema.parse({ model: 'actions', labelled: ['x'], kind: 'auto' }),
        registry,
        site: models.map((name) => ({ name, path: at(name) })),
        clips: [{ path: at('clip.mp4') }],
      })
    },
  }
}

describe('the ways to learn', () => {
  it('are a skeleton model where there is one and something finds keypoints, a frozen backbone, and a network', async () => {
    const { ways } = await site('skeleton', 'people')
    const { there } = await ways()
    expect(there.map(({ name, learning }) => [name, learning.kind, learning.freeze])).toEqual([
      ['skeleton', 'skeleton', undefined],
      ['video', 'clip', 'backbone'],
      ['network', 'clip', undefined],
    ])
  })

  it('say what is missing for the others', async () => {
    const { ways } = await site('skeleton')
    const { there, missing } = await ways()
    expect(there.map(({ name }) => name)).toEqual(['video', 'network'])
    expect(missing).toEqual(['nothing finds keypoints (vireo model install people)'])
  })

  it('need no finder where keypoints lie beside every clip', async () => {
    const { ways } = await site('skeleton')
    expect((await ways({ beside: true })).there[0]!.name).toBe('skeleton')
  })

  it('are a skeleton model for ever after a live one', async () => {
    const { ways } = await site('skeleton', 'people')
    expect((await ways({ live: 'skeleton' })).there.map(({ name }) => name)).toEqual(['skeleton'])
  })

  it('are compared anew after a live model of pictures, what it is first', async () => {
    const { ways, at } = await site('skeleton', 'people')
    const names = async () => (await ways({ live: 'video' })).there.map(({ name }) => name)
    expect(await names()).toEqual(['video', 'network'])
    mkdirSync(join(at('video'), 'training'))
    writeFileSync(join(at('video'), 'training/model.json'), '{}')
    expect(await names()).toEqual(['network', 'video'])
  })

  it('of a live model of pictures are a network alone without a backbone', async () => {
    const { ways, at } = await site('skeleton', 'people')
    renameSync(at('video'), at('pictures'))
    expect((await ways({ live: 'pictures' })).there.map(({ name }) => name)).toEqual(['network'])
  })
})

describe('the choice among them', () => {
  it('counts labels alike, however many clips they have', () => {
    const said = [prediction(0, 0.9, 0.1), prediction(0, 0.8, 0.2), prediction(1, 0.6, 0.4)]
    expect(rightOf(said)).toEqual({ clips: 3, right: 2, recall: 0.5 })
    // Somebody who was not seen is nothing, not the first label.
    expect(rightOf([prediction(0, 0, 0)])).toMatchObject({ right: 0 })
  })

  it('is told in words, with the figures of all', () => {
    const skeleton = {
      way: 'skeleton',
      what: 'the skeleton model',
      clips: 20,
      right: 18,
      recall: 0.9,
    } as const
    const network = {
      way: 'network',
      what: 'a network of its own',
      clips: 20,
      right: 12,
      recall: 0.6,
    } as const
    expect(whyOf(skeleton, [skeleton, network])).toBe(
      'the skeleton model is taught: it is right on 18 of 20 clips, 90 % of a label on the mean, none of which it had learned from; a network of its own on 12 of 20 clips, 60 % of a label on the mean',
    )
    expect(whyOf(skeleton, [skeleton, { ...network, recall: 0.9 }])).toMatch(
      /it costs least while it serves$/,
    )
  })
})
