import { describe, expect, it } from 'vitest'
import { planCamera } from '../../../../../pipelines/live/plan/plan-camera.ts'
import type { Bundle } from '../../../../../src/bundle/bundle-schema.ts'
import { decodeSchema } from '../../../../../src/bundle/decode-schema.ts'
import { parseConfig } from '../../../../../src/config/load.ts'

const label = (name: string, background = false) => ({ name, threshold: 0.6, background })

function bundle(name: string, kind: Bundle['kind'], labels: readonly string[], more: object = {}): Bundle {
  return {
    formatVersion: 1,
    name,
    version: '1.0.0',
    kind,
    description: '',
    license: 'MIT',
    warmupClips: 0,
    temporal:
      kind === 'audio'
        ? { frames: 16_000, sampleFps: 16_000, strideFrames: 8000 }
        : { frames: 8, sampleFps: 8, strideFrames: 4 },
    input:
      kind === 'audio' ? { name: 'in', widthPx: 1, heightPx: 1 } : { name: 'in', widthPx: 64, heightPx: 48 },
    output: { name: 'out', activation: 'sigmoid' },
    states: [],
    graph: 'model.onnx',
    files: [],
    labels: labels.map((each) => label(each)),
    parent: null,
    dataset: null,
    metrics: {},
    ...more,
  }
}

const bundles: Record<string, Bundle> = {
  actions: bundle('actions', 'clip', ['falling', 'walking']),
  second: bundle('second', 'clip', ['falling']),
  ears: bundle('ears', 'audio', ['scream']),
  skeleton: bundle('skeleton', 'skeleton', ['falling'], { input: { name: 'in', widthPx: 1, heightPx: 1 } }),
  people: bundle('people', 'detector', ['person'], {
    decode: decodeSchema.parse({ head: 'boxes', shape: [10, 6], nmsIou: null }),
  }),
  bodies: bundle('bodies', 'detector', ['person'], {
    decode: decodeSchema.parse({ head: 'movenet', shape: [6, 56], nmsIou: null }),
  }),
  pose: bundle('pose', 'pose', [], {
    pose: { head: 'movenet', shape: [1, 17, 3], axes: 'rows', grid: 'cells', margin: 0.2 },
  }),
}
const models = { bundle: (name: string) => bundles[name]! }
const visit = { name: 'visit', when: { label: 'person' } }
const down = { name: 'down', when: { posture: 'lying' } }

type Named = string | { name: string; scope: string }

function configOf(given: { models?: Named[]; camera?: object; rules?: object[]; [key: string]: unknown }) {
  const { models: names = ['actions'], camera = {}, rules = [], ...more } = given
  const config = parseConfig(
    JSON.stringify({
      version: 1,
      cameras: [{ id: 'gate', url: 'rtsp://192.0.2.1/a', ...camera }],
      models: names.map((each) => {
        const model = typeof each === 'string' ? { name: each } : each
        return { ...model, path: `./${model.name}` }
      }),
      behaviours: { rules },
      ...more,
    }),
    { file: 'vireo.yaml', env: {} },
  )
  return config
}
const planOf = (given: Parameters<typeof configOf>[0]) => {
  const config = configOf(given)
  return planCamera(config.cameras[0]!, config, models)
}

describe('planCamera', () => {
  it('is plain data', () => {
    const plan = planOf({ models: ['actions', 'people'], rules: [visit] })
    expect(JSON.parse(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(structuredClone(plan))))
    expect(plan.configHash).toMatch(/^[0-9a-f]+$/)
  })

  it('decodes a picture large enough for the tiles of its detector', () => {
    const camera = { detectTiles: '2x1' }
    const { people, streams } = planOf({ models: ['people'], rules: [visit], camera })
    expect(people!.detector.tiles).toEqual({ columns: 2, rows: 1 })
    // 64 x 48 and a fifth of overlap.
    expect(streams).toEqual([expect.objectContaining({ widthPx: 64 + 51, heightPx: 48 })])
    const whole = planOf({ models: ['people'], rules: [visit], camera: { detectTiles: '1x1' } })
    expect(whole.people!.detector.tiles).toBeUndefined()
    expect(whole.basis.restart).not.toBe(planOf({ models: ['people'], rules: [visit], camera }).basis.restart)
  })

  it.each(['motion', undefined])('refuses tiles without a detector model, detector %s', (detector) => {
    const camera = { detectTiles: '2x1', ...(detector && { detector }) }
    expect(() => planOf({ rules: [visit], camera })).toThrow(
      /detectTiles 2x1: tiles are for a detector model/,
    )
  })

  it.each([
    ['one model', { models: ['actions'] }, { streams: 1, people: null, hears: false }],
    ['two models that want the same frames', { models: ['actions', 'second'] }, { streams: 1 }],
    ['a model of sound', { models: ['ears'] }, { streams: 0, hears: true }],
    ['sound that is switched off', { models: ['ears'], camera: { sound: false } }, { hears: false }],
    [
      'models that the camera does not name',
      { models: ['actions', 'second'], camera: { models: ['second'] } },
      { watchers: ['second'] },
    ],
    ['a detector that no rule needs', { models: ['actions', 'people'] }, { people: null, streams: 1 }],
    [
      'a detector and a rule',
      { models: ['people'], rules: [visit] },
      { people: 'people', streams: 1, watchers: [] },
    ],
    ['a rule and no detector', { models: ['actions'], rules: [visit] }, { people: 'motion', streams: 2 }],
    [
      'a rule and detector: none',
      { models: ['people'], rules: [visit], camera: { detector: 'none' } },
      { people: null, lacksDetector: true },
    ],
    [
      'a posture and a pose model',
      { models: ['people', 'pose'], rules: [down] },
      { people: 'people', pose: 'pose', streams: 2 },
    ],
    [
      'a posture and a detector of bodies',
      { models: ['bodies', 'pose'], rules: [down] },
      { people: 'bodies', pose: null, streams: 1 },
    ],
    [
      'a posture, a detector of bodies, and a model for crops that the camera names',
      { models: ['bodies', 'pose'], rules: [down], camera: { pose: { model: 'pose' } } },
      { people: 'bodies', pose: 'pose' },
    ],
    [
      'a model of skeletons and a detector of bodies',
      { models: ['bodies', 'skeleton'] },
      { people: 'bodies', pose: null, streams: 1, watchers: ['skeleton'], hears: false },
    ],
    [
      'a model of skeletons, a detector and a pose model',
      { models: ['people', 'pose', 'skeleton'] },
      { people: 'people', pose: 'pose', streams: 2, watchers: ['skeleton'] },
    ],
    [
      'a model of skeletons and a pose model alone',
      { models: ['pose', 'skeleton'] },
      { people: 'motion', pose: 'pose', streams: 2 },
    ],
    [
      'a model of skeletons and two detectors, the second one of bodies',
      { models: ['people', 'bodies', 'skeleton'] },
      { people: 'bodies', pose: null, streams: 1 },
    ],
    [
      'the detector that the camera names, and a pose model for a model of skeletons',
      { models: ['people', 'bodies', 'pose', 'skeleton'], camera: { detector: 'people' } },
      { people: 'people', pose: 'pose' },
    ],
    [
      'a model of skeletons that the camera does not name',
      { models: ['actions', 'skeleton'], camera: { models: ['actions'] } },
      { people: null, watchers: ['actions'] },
    ],
    ['no recording', { recording: { clips: false } }, { packets: { analysed: false, main: false } }],
    [
      'nothing to look at',
      { models: [], recording: { clips: false } },
      { packets: { analysed: true, main: false } },
    ],
    [
      'a larger stream to record',
      { camera: { mainUrl: 'rtsp://192.0.2.1/b' } },
      { packets: { analysed: false, main: true } },
    ],
  ] as [string, Parameters<typeof configOf>[0], Record<string, unknown>][])('%s', (_name, given, wanted) => {
    const plan = planOf(given)
    const seen: Record<string, unknown> = {
      streams: plan.streams.length,
      people: plan.people?.detector.name ?? null,
      pose: plan.people?.pose?.modelName ?? null,
      watchers: plan.watchers.map(({ model }) => model.name),
      hears: plan.hears,
      packets: plan.packets,
      lacksDetector: plan.lacksDetector,
    }
    expect(seen).toMatchObject(wanted)
  })

  it('calls a model as the configuration does, whatever its bundle is called', () => {
    const config = configOf({ models: ['actions'] })
    const other = { bundle: () => ({ ...bundles.actions!, name: 'x3d' }) }
    const { watchers } = planCamera(config.cameras[0]!, config, other)
    expect(watchers.map(({ model, rules }) => [model.name, rules[0]?.modelName ?? null])).toEqual([
      ['actions', 'actions'],
    ])
  })

  it('gives a fused label its own rules, and leaves them out of the models that take part', () => {
    const plan = planOf({
      models: ['actions', 'second'],
      alerts: {
        fusion: [{ label: 'falling' }],
        rules: [
          { name: 'fall', label: 'falling' },
          { name: 'by-second', label: 'falling', model: 'second' },
        ],
      },
    })
    expect(plan.fusions.map(({ rules }) => rules.map(({ name }) => name))).toEqual([['fall']])
    expect(plan.watchers.map(({ rules }) => rules.map(({ name }) => name))).toEqual([
      ['walking'],
      ['by-second'],
    ])
  })

  it.each([
    ['a label that no model has', { alerts: { rules: [{ name: 'r', label: 'flying' }] } }, /flying/],
    [
      'a posture that nothing can tell',
      { models: ['people'], rules: [down] },
      /no pose model watches camera "gate"/,
    ],
    [
      'a model of skeletons that the camera names, and nothing that finds keypoints',
      { models: ['people', 'pose', 'skeleton'], camera: { models: ['people', 'skeleton'] } },
      /camera "gate": model "skeleton" of kind skeleton .*\(vireo model install people\) or a pose model/,
    ],
    [
      'a model of skeletons for all cameras, and no detector of bodies',
      { models: ['people', 'skeleton'] },
      /camera "gate": model "skeleton" .*\(vireo model install people\)/,
    ],
    [
      'a model of skeletons where nobody is followed',
      { models: ['bodies', 'skeleton'], camera: { detector: 'none' } },
      /camera "gate": model "skeleton" .* nobody is followed: its detector is none/,
    ],
    [
      'a model of skeletons for the whole picture',
      { models: ['bodies', { name: 'skeleton', scope: 'scene' }] },
      /models "skeleton": scope scene has no meaning for a model of kind skeleton/,
    ],
    [
      'a model of sound for each person',
      { models: [{ name: 'ears', scope: 'person' }] },
      /models "ears": scope person has no meaning for a model of kind audio/,
    ],
    [
      'a model that is no detector',
      { rules: [visit], camera: { detector: 'actions' } },
      /kind clip, not a detector/,
    ],
  ])('refuses %s', (_name, given, message) => {
    expect(() => planOf(given)).toThrow(message)
  })
})

describe('what a change of configuration asks for', () => {
  const base = {
    models: ['actions', 'people'],
    rules: [visit],
    alerts: { rules: [{ name: 'fall', label: 'falling' }] },
  }
  const rule = (more: object) => ({ alerts: { rules: [{ name: 'fall', label: 'falling', ...more }] } })

  it.each([
    ['nothing', {}, 'nothing'],
    ['another threshold', rule({ onThreshold: 0.9 }), 'retune'],
    ['another cooldown', rule({ cooldownMs: 1 }), 'retune'],
    ['another quota of samples', { sampling: { maxWaiting: 5 } }, 'retune'],
    ['how long footage is kept', { recording: { keepDays: 1 } }, 'nothing'],
    ['another rule of labels', { alerts: { rules: [{ name: 'other', label: 'falling' }] } }, 'restart'],
    ['another address', { camera: { url: 'rtsp://192.0.2.9/a' } }, 'restart'],
    ['another behaviour', { rules: [{ name: 'visit', when: { label: 'person', for: '3s' } }] }, 'restart'],
    ['another pre-roll', { recording: { preRollMs: 1 } }, 'restart'],
    ['fewer models', { models: ['people'], alerts: {} }, 'restart'],
    ['no detector', { camera: { detector: 'none' } }, 'restart'],
  ] as [string, object, string][])('%s', (_name, change, wanted) => {
    const [before, after] = [planOf(base), planOf({ ...base, ...change })]
    const differs = (part: 'restart' | 'retune') => before.basis[part] !== after.basis[part]
    expect(differs('restart') ? 'restart' : differs('retune') ? 'retune' : 'nothing').toBe(wanted)
  })

  it('leaves a camera alone when another version of its model takes over', () => {
    const before = planOf(base)
    const swapped = { bundle: (name: string) => ({ ...bundles[name]!, version: '2.0.0' }) }
    const config = configOf(base)
    expect(planCamera(config.cameras[0]!, config, swapped).basis).toEqual(before.basis)
  })
})

describe('a model of skeletons', () => {
  it('looks at each person, and is fed with no frames of its own', () => {
    const { watchers } = planOf({ models: ['bodies', 'skeleton'] })
    expect(watchers).toMatchObject([{ model: { kind: 'skeleton' }, scope: 'person', stream: null }])
  })

  it('lets rules ask for what never alerts by itself', () => {
    const labels = [label('falling'), label('lying', true), label('standing', true)]
    const own = {
      ...models,
      bundle: (name: string) => ({ ...bundles[name]!, ...(name === 'skeleton' && { labels }) }),
    }
    const rules = [
      { name: 'down', preset: 'fallen' },
      { name: 'fall', preset: 'falling' },
      { name: 'up', when: { action: { label: 'standing', of: 'track', above: 0.5 } } },
    ]
    const config = configOf({ models: ['bodies', 'skeleton'], rules })
    const plan = planCamera(config.cameras[0]!, config, own)
    expect(plan.rules.map((rule) => rule.label)).toEqual(['falling'])
    expect(plan.people!.behaviours.actions).toEqual(['falling', 'lying', 'standing'])
  })

  it('is told under the field that names it', () => {
    const at = (given: Parameters<typeof configOf>[0]) => {
      try {
        planOf(given)
      } catch (thrown) {
        return (thrown as { details: { path: unknown } }).details.path
      }
    }
    expect(at({ models: ['people', 'skeleton'] })).toEqual(['models', 1])
    const camera = { models: ['people', 'skeleton'] }
    expect(at({ models: ['actions', 'people', 'skeleton'], camera })).toEqual(['cameras', 0, 'models', 1])
  })
})
