// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are what is written
import { describe, expect, it } from 'vitest'
import { expandRule } from '../../../../src/behaviour/expand-rule.ts'
import type { ProbeResult } from '../../../../src/camera/probe.ts'
import type { SeenCamera } from '../../../../src/cli/init/camera-draft.ts'
import { composeConfig, type SitePlan } from '../../../../src/cli/init/compose-config.ts'
import { parseConfig } from '../../../../src/config/load.ts'

const probe: ProbeResult = {
  codec: 'h264',
  profile: 'Main',
  widthPx: 1920,
  heightPx: 1080,
  fps: 25,
  pixelFormat: 'yuv420p',
  audio: null,
  firstKeyframeMs: 100,
  transport: 'tcp',
  note: null,
}
const camera = (more: Partial<SeenCamera> = {}): SeenCamera => ({
  id: 'gate',
  url: 'rtsp://192.0.2.10/s1',
  user: 'viewer',
  variable: 'CAMERA_PASSWORD',
  probe,
  picture: Buffer.alloc(0),
  ...more,
})
const plan = (more: Partial<SitePlan> = {}): SitePlan => ({
  file: 'vireo.yaml',
  variablesFile: 'vireo.env',
  dataDir: './data',
  cameras: [camera()],
  answers: { timeZone: 'Europe/Berlin', closed: { from: '22:00', to: '06:00' } },
  people: './models/people',
  actions: null,
  httpPort: 8081,
  logLevel: 'warn',
  ...more,
})
const read = (text: string) =>
  parseConfig(text, { file: 'v.yaml', env: { CAMERA_PASSWORD: 's%40', YARD_PASSWORD: 'x' } })
const rulesOf = (made: SitePlan) => read(composeConfig(made)).behaviours.rules

describe('a first configuration', () => {
  it('has cameras with their passwords by reference, the model, the zone, the hours and a free port', () => {
    const yard = camera({
      id: 'yard',
      url: 'rtsp://h:8554/a?x=1#2',
      mainUrl: 'rtsp://h/main',
      variable: 'YARD_PASSWORD',
      probe: { ...probe, transport: 'udp', fps: null },
    })
    const open = camera({ id: 'film', url: '/clips/it is: a "film".mp4', user: null, variable: null })
    const text = composeConfig(plan({ cameras: [camera(), yard, open] }))
    expect(text).toContain('rtsp://viewer:${CAMERA_PASSWORD}@192.0.2.10/s1')
    expect(text).not.toContain('s%40')
    const config = read(text)
    expect(
      config.cameras.map(({ id, url, mainUrl, transport, loop }) => [id, url, mainUrl, transport, loop]),
    ).toEqual([
      ['gate', 'rtsp://viewer:s%40@192.0.2.10/s1', undefined, 'tcp', false],
      ['yard', 'rtsp://viewer:x@h:8554/a?x=1#2', 'rtsp://viewer:x@h/main', 'udp', false],
      ['film', '/clips/it is: a "film".mp4', undefined, 'tcp', true],
    ])
    expect(config.models).toMatchObject([{ name: 'people', path: './models/people' }])
    expect(config.behaviours).toMatchObject({ timeZone: 'Europe/Berlin', zones: [{ name: 'area' }] })
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8081 })
  })

  it('says of every rule in a comment what it is for', () => {
    const lines = composeConfig(plan()).split('\n')
    const names = lines.flatMap((line, at) => (/^ {4}- name: (?!area|people)/.test(line) ? [at] : []))
    expect(names.length).toBeGreaterThan(5)
    for (const at of names)
      if (lines[at]!.includes('area') === false) expect(lines[at - 1]).toMatch(/^ {4}# \S/)
  })

  it.each([
    [{ from: '22:00', to: '06:00' }, [{ from: '22:00', to: '06:00' }]],
    ['always', undefined],
  ] as const)('tells who is there while nobody should be: %j', (closed, armed) => {
    const [first] = rulesOf(plan({ answers: { timeZone: 'UTC', closed } }))
    expect(first).toMatchObject({ name: 'after-hours', preset: 'intrusion' })
    expect(first!.armed).toEqual(armed)
  })

  it('has no such rule where somebody may always be there', () => {
    const names = rulesOf(plan({ answers: { timeZone: 'UTC', closed: 'never' } })).map(({ name }) => name)
    expect(names).toEqual(['fall', 'loitering', 'crowd', 'running', 'help'])
  })

  it('asks for actions only where a model knows them', () => {
    const names = (labels: string[]) =>
      rulesOf(plan({ actions: { path: '/p', labels } })).map(({ name }) => name)
    expect(names(['walking'])).not.toContain('fight')
    expect(names(['Fighting', 'walking'])).toContain('fight')
    const help = rulesOf(plan({ actions: { path: '/p', labels: ['waving'] } })).find(
      ({ name }) => name === 'help',
    )
    expect(JSON.stringify(help)).toContain('"label":"waving"')
  })

  it.each([
    [plan()],
    [plan({ people: null })],
    [plan({ people: null, answers: { timeZone: 'UTC', closed: 'never' } })],
    [plan({ actions: { path: '/p', labels: ['falling', 'fighting', 'waving'] } })],
  ])('has rules whose presets take what is given', (made) => {
    for (const rule of rulesOf(made)) expect(expandRule(rule, [])).toHaveProperty('rule')
  })
})
