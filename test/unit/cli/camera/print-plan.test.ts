import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { printPlan } from '../../../../src/cli/camera/print-plan.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const folder = tempDir()
const actions = join(import.meta.dirname, '../../../../models/actions')
const base = {
  version: 1,
  dataDir: join(folder, 'data'),
  cameras: [
    {
      id: 'gate',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
      url: 'rtsp://viewer:${VIREO_NOT_SET}@192.0.2.1/a',
      zones: [
        {
          name: 'entrance',
          points: [
            [0.1, 0.1],
            [0.9, 0.1],
            [0.9, 0.9],
          ],
        },
      ],
    },
    { id: 'door', url: 'rtsp://admin:hunter2@192.0.2.2/a', models: [], detector: 'none' },
    { id: 'yard', url: 'yard.mp4', paused: true },
  ],
  models: [{ name: 'actions', path: actions, allowSimulated: true }],
  alerts: { rules: [{ name: 'fall', label: 'falling', onThreshold: 0.9 }] },
  behaviours: { rules: [{ name: 'night', preset: 'intrusion', with: { zone: 'entrance' } }] },
}
let files = 0

function fileOf(changes: object = {}): string {
  files += 1
  const file = join(folder, `v${files}.yaml`)
  writeFileSync(file, JSON.stringify({ ...base, ...changes }))
  return file
}
const asJson = async (options: Parameters<typeof printPlan>[0]) =>
  JSON.parse(await printPlan({ ...options, json: true }))

describe('config plan', () => {
  it('shows what a camera is made of, without an engine and without the variables of its address', async () => {
    const { cameras, paused } = await asJson({ config: fileOf() })
    expect(paused).toEqual(['yard'])
    expect(cameras.map(({ camera }: { camera: string }) => camera)).toEqual(['gate', 'door'])
    expect(cameras[0]).toMatchObject({
      streams: [
        { widthPx: 160, heightPx: 96, for: ['actions'] },
        { widthPx: 320, heightPx: 180, for: ['motion'] },
      ],
      models: [{ name: 'actions', scope: 'scene', strideFrames: 2, everyMs: 250 }],
      detector: { name: 'motion' },
      pose: null,
      behaviours: [{ name: 'night' }],
      zones: ['entrance'],
      recording: { clips: true, from: 'url' },
    })
    expect(cameras[0].alertRules[0]).toMatchObject({ name: 'fall', onThreshold: 0.9 })
    expect(cameras[1]).toMatchObject({ models: [], detector: null, lacksDetector: true, streams: [] })
  })

  it.each([[true], [false]])('has no secrets (JSON: %s)', async (json) => {
    const text = await printPlan({ config: fileOf(), json })
    expect(text).toContain('rtsp://***@192.0.2.2/a')
    expect(text).not.toMatch(/hunter2|admin|viewer/)
  })

  it('tells it to people, of one camera where asked', async () => {
    const text = await printPlan({ config: fileOf(), camera: 'gate' })
    expect(text).toMatch(/decodes +160×96 at 8 fps, stretch, for actions/)
    expect(text).toMatch(/alerts +fall: falling from 0.9, /)
    expect(text).toMatch(/behaviours +night, /)
    expect(text).not.toContain('camera door')
  })

  it.each([
    ['nothing', {}, {}],
    [
      'a threshold',
      { alerts: { rules: [{ ...base.alerts.rules[0], onThreshold: 0.8 }] } },
      { retuned: ['gate'] },
    ],
    ['a rule of behaviour', { behaviours: { rules: [] } }, { changed: ['door', 'gate'] }],
    [
      'a camera less',
      { cameras: base.cameras.slice(1), behaviours: {} },
      { detached: ['gate'], changed: ['door'] },
    ],
    [
      'a camera that is no longer paused',
      { cameras: [...base.cameras.slice(0, 2), { id: 'yard', url: 'yard.mp4' }] },
      { attached: ['yard'] },
    ],
    ['the port', { http: { port: 9000 } }, { restart: ['http'] }],
  ])('says what a reload would do: %s', async (_name, next, expected) => {
    const { changes } = await asJson({ config: fileOf(next), from: fileOf() })
    const sorted = Object.entries(changes as Record<string, string[]>).map(([kind, ids]) => [
      kind,
      ids.sort(),
    ])
    const nothing = { attached: [], detached: [], changed: [], retuned: [], restart: [] }
    expect(Object.fromEntries(sorted)).toEqual({ ...nothing, ...expected })
  })

  it('refuses what config check refuses, and a camera that is not there', async () => {
    const wrong = fileOf({ alerts: { rules: [{ name: 'fall', label: 'fallng' }] } })
    await expect(printPlan({ config: wrong })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(printPlan({ config: fileOf(), camera: 'roof' })).rejects.toThrow(/gate, door, yard/)
  })
})
