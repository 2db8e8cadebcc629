import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { prepareRun } from '../../../../../pipelines/learn/prepare/learn-prepare.ts'
import { withKnownLabels } from '../../../../../pipelines/learn/skeleton/known-labels.ts'
import { labelledBodies } from '../../../../../pipelines/learn/skeleton/read-bodies.ts'
import {
  createNetScorer,
  createWindowScorer,
  type WindowScorer,
} from '../../../../../pipelines/learn/skeleton/score-windows.ts'
import { loadBundle } from '../../../../../src/bundle/load-bundle.ts'
import { learningSchema } from '../../../../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../../../../src/core/clock.ts'
import { registryDir } from '../../../../../src/core/data-dir.ts'
import { openModelRegistry } from '../../../../../src/registry/model-registry.ts'
import { exportWindowBundle } from '../../../../../src/train/export/export-bundle.ts'
import { readSkeletonNet } from '../../../../../src/train/export/read-skeleton-net.ts'
import { lookTwice } from '../../../../../src/train/models/look-twice.ts'
import { createSkeletonNet } from '../../../../../src/train/models/skeleton-net.ts'
import type { VideoModel } from '../../../../../src/train/models/video-model.ts'
import { startWeights } from '../../../../../src/train/run/fine-tune.ts'
import { drawnReadings, writeDrawnClip } from '../../../../support/drawn-bodies.ts'
import { writeSkeletonBundle } from '../../../../support/skeleton-bundle.ts'
import { tempDir } from '../../../../support/temp-dir.ts'

const settings = { frames: 20, labels: ['standing', 'falling'], width: 8, hidden: 8, dilations: [1, 3, 2] }
const net = createSkeletonNet(settings)
const weights = startWeights(net, 3)
let dir: string
let model: string

beforeEach(async () => {
  dir = tempDir('prepare-skeleton')
  model = join(dir, 'model')
  await write(net, model)
})

async function write(served: VideoModel, outDir: string): Promise<void> {
  await exportWindowBundle({
    kind: 'skeleton',
    model: served,
    weights,
    outDir,
    card: {
      name: 'skeleton',
      version: '1.0.0',
      description: 'For tests.',
      labels: settings.labels.map((name, n) => ({ name, threshold: 0.6, background: n === 0 })),
      activation: 'softmax',
      sampleFps: 10,
      license: 'Apache-2.0',
      trainedOn: 'simulated',
      parent: null,
      dataset: null,
      metrics: {},
    },
  })
}

type Clip = readonly [label: string, group: string]
const six: readonly Clip[] = ['monday', 'tuesday', 'wednesday'].flatMap((day): Clip[] => [
  ['flagging', day],
  ['nothing', day],
])

async function prepare(clips: readonly Clip[], learning: object = {}, keypoints = true) {
  const folder = join(dir, 'clips')
  mkdirSync(folder)
  const rows = clips.map(([label, group], n) => {
    const path = join(folder, `${n}.mp4`)
    if (keypoints) writeDrawnClip(path, label === 'flagging' ? 'flagging' : 'waiting', n + 1)
    else writeFileSync(path, `clip ${n}`)
    return `${n}.mp4,${label},${group}`
  })
  writeFileSync(join(folder, 'labels.csv'), `path,label,group\n${rows.join('\n')}\n`)
  const registry = openModelRegistry({ dir: registryDir(dir), clock: systemClock, who: 'test' })
  try {
    const job = await prepareRun({
      learning: learningSchema.parse({ model: 'actions', labelled: [folder], kind: 'skeleton', ...learning }),
      dataDir: dir,
      registry,
      site: [{ name: 'other', path: model }],
      code: '1',
      command: 'vireo learn',
      threads: 1,
      clock: systemClock,
      onProgress: () => {},
      signal: new AbortController().signal,
    })
    return { job, live: registry.state('actions').live }
  } finally {
    registry.close()
  }
}

describe('preparing what a skeleton model is taught', () => {
  it('begins at the model of the configuration, with a column for what it does not know, and none for nothing', async () => {
    const { job, live } = await prepare(six)
    expect(live).toBe('1.0.0')
    expect(job).toMatchObject({ champion: '1.0.0', version: '1.1.0' })
    const { skeleton } = job
    expect(skeleton).toMatchObject({ none: 'nothing', quiet: ['standing', 'nothing'] })
    expect(skeleton!.from.settings.labels).toEqual(['standing', 'falling', 'flagging'])
    expect(skeleton!.bodies.size).toBe(6)
    // So few that none are set aside.
    expect([job.split.train.length, job.split.validation.length, job.split.test.length]).toEqual([6, 0, 0])
  })

  it.each([
    [
      'clips of one group',
      six.map(([label]) => [label, 'monday'] as const),
      {},
      true,
      /all 6 clips are of the group "monday"/,
    ],
    [
      'clips that show nothing',
      [
        ['nothing', 'a'],
        ['normal', 'b'],
      ] as const,
      {},
      true,
      /none of the 2 clips shows an action/,
    ],
    [
      'clips without keypoints where nothing finds them',
      six,
      {},
      false,
      /6 clips have no keypoints .*vireo model install people/,
    ],
    ['a backbone', six, { backbone: './video' }, true, /^backbone: is of models that look at pictures/],
    ['a quantised model', six, { quantize: 'dynamic' }, true, /^quantize: a skeleton model is small already/],
    [
      'background that nothing is labelled with',
      six,
      { background: ['nothing', 'sweeping'] },
      true,
      /no footage is labelled "sweeping"/,
    ],
  ])('refuses %s, and says what to do', async (_, clips, learning, keypoints, message) => {
    await expect(prepare(clips, learning, keypoints)).rejects.toThrow(message)
  })

  it('refuses a live version of skeletons where pictures are to be taught', async () => {
    await prepare(six)
    const learning = { kind: 'clip', labelled: [join(dir, 'clips')] }
    const registry = openModelRegistry({ dir: registryDir(dir), clock: systemClock, who: 'test' })
    const options = { learning: learningSchema.parse({ model: 'actions', ...learning }), registry }
    await expect(prepareRun(options as never)).rejects.toThrow(
      /actions 1\.0\.0 is a model of skeletons; set kind: skeleton/,
    )
    registry.close()
  })
})

describe('the network in a bundle', () => {
  it('is read from the graph that serves, weight by weight', async () => {
    expect(await readSkeletonNet(await loadBundle(model))).toEqual({ settings, weights })
  })

  it('is that of one look where the graph looks twice, and scores as that', async () => {
    const twice = join(dir, 'twice')
    await write(lookTwice(net), twice)
    expect(await readSkeletonNet(await loadBundle(twice))).toEqual({ settings, weights })
    const windows = Float32Array.from({ length: 20 * 2 * 51 }, (_, n) => (n % 3 === 2 ? 0.5 : (n * 37) % 101))
    const scored = async (scorer: WindowScorer) => {
      const scores = await scorer.score(windows, 1)
      await scorer.close()
      return [...scores]
    }
    const once = await scored(await createWindowScorer(await loadBundle(model), 1))
    expect(await scored(await createNetScorer({ settings, weights }, 1))).toEqual(once)
    expect(await scored(await createWindowScorer(await loadBundle(twice), 1))).not.toEqual(once)
  })

  it('is refused where Vireo did not make the graph', async () => {
    await writeSkeletonBundle(join(dir, 'foreign'))
    await expect(readSkeletonNet(await loadBundle(join(dir, 'foreign')))).rejects.toThrow(
      /cannot be taught: its graph is another one; only skeleton models that Vireo made can/,
    )
  })
})

describe('the labels of footage', () => {
  const named = (labels: readonly string[], more: Partial<Parameters<typeof withKnownLabels>[1]> = {}) => {
    const items = labels.map((label, n) => ({ id: `${n}`, path: `${n}`, group: 'g', label }))
    return withKnownLabels(
      { id: 's', labels, items },
      { known: ['waving', 'fighting', 'sitting'], hasCalm: true, background: [], ...more },
    )
  }

  it('are those of the model where they mean the same, unless the footage tells two such apart', () => {
    expect(named(['fight', 'sit', 'wave1', 'wave2']).set.labels).toEqual([
      'fighting',
      'sitting',
      'wave1',
      'wave2',
    ])
  })

  it('have one that means nothing, which is no column where the model knows everyday life', () => {
    expect(named(['fight', 'none', 'normal'])).toMatchObject({
      none: 'none',
      set: { labels: ['fighting', 'none'] },
    })
    expect(named(['fight', 'noFight'], { background: ['noFight'] })).toMatchObject({ none: 'noFight' })
    expect(named(['fight', 'normal'], { hasCalm: false })).toMatchObject({ none: null })
  })
})

describe('the part of a clip that counts', () => {
  const file = {
    alertId: 'a',
    cameraId: 'c',
    picture: { widthPx: 1, heightPx: 1 },
    trackIds: ['1'],
    fromUs: 6e6,
    toUs: 6.5e6,
    tracks: [{ id: '1', readings: drawnReadings('waiting', 1, 10) }],
  }
  const video = { id: 'a', path: 'a.mp4', group: 'g', label: 'falling' }

  it('is the moment of the alert and what it was raised on, unless somebody cut a part out', () => {
    expect(labelledBodies(video, file, 2e6)).toMatchObject({ fromUs: 5.5e6, toUs: 6.5e6, about: ['1'] })
    expect(labelledBodies({ ...video, startMs: 0, endMs: 10_000 }, file, 2e6)).toMatchObject({
      fromUs: 5.5e6,
    })
    expect(labelledBodies({ ...video, startMs: 1000, endMs: 3000 }, file, 2e6)).toMatchObject({
      fromUs: 1e6,
      toUs: 3e6,
    })
  })
})
