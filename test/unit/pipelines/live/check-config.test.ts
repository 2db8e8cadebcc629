import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkConfig } from '../../../../pipelines/live/check-config.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const actions = join(import.meta.dirname, '../../../../models/actions')
const model = `models: [{ name: actions, path: ${actions}, allowSimulated: true }]\n`
let folder: string
beforeAll(() => {
  folder = tempDir('check')
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken', 'bundle.json'), '{')
})

const check = (text: string) =>
  checkConfig(parseConfig(`version: 1\n${text.replaceAll('FOLDER', folder)}`, { file: 'v.yaml', env: {} }))
const cameras = (more = '') => `cameras: [{ id: a, url: x.mp4${more} }]\n`
const rule = (text: string) => `behaviours: { rules: [{ name: r, ${text} }] }\n`

describe('what a run would refuse is found by the check, with its place', () => {
  it.each([
    ['a preset', cameras() + rule('preset: fallin'), 'behaviours.rules[0].preset: there is no preset'],
    ['a preset without cameras', rule('preset: fallin'), 'did you mean "falling"'],
    [
      'its zone',
      cameras() + rule('preset: intrusion'),
      'behaviours.rules[0].with.zone: preset intrusion needs zone',
    ],
    ['its parameters', cameras() + rule('preset: falling, with: { fro: 2s }'), 'rules[0].with.fro'],
    ['a value of it', cameras() + rule('preset: falling, with: { for: soon }'), 'rules[0].with'],
    [
      'a model that is not there',
      `${cameras()}models: [{ name: m, path: ./nope }]\n`,
      'models[0].path: MODEL_NOT_FOUND',
    ],
    [
      'a model that is broken',
      `${cameras()}models: [{ name: m, path: FOLDER/broken }]\n`,
      'MODEL_BUNDLE_INVALID',
    ],
    [
      'a version that is not live',
      `dataDir: FOLDER\nmodels: [{ name: m, registry: m }]\n`,
      'models[0].registry: REGISTRY_STATE',
    ],
    [
      'a label',
      `${cameras()}${model}alerts: { rules: [{ name: f, label: fallng }] }\n`,
      'alerts.rules[0].label',
    ],
    [
      'a label of a rule',
      cameras() + model + rule('when: { action: { label: fallng, above: 0.5 } }'),
      'behaviours.rules[0]',
    ],
    [
      'a detector that is none',
      cameras(', detector: actions') + model + rule('when: { label: person }'),
      'cameras[0].detector',
    ],
    [
      'a pose model that is none',
      cameras(', pose: { model: actions }') + model + rule('when: { label: person }'),
      'cameras[0].pose.model',
    ],
    [
      'a posture without poses',
      cameras() + rule('when: { posture: lying }'),
      'behaviours.rules[0].when.posture',
    ],
    ['an address', 'cameras: [{ id: a, url: "rstp://h/x" }]\n', 'v.yaml:2:25: cameras[0].url: rstp://'],
    [
      'an address of the main stream',
      cameras(', mainUrl: "rtsp://h:99999/"'),
      'cameras[0].mainUrl: the port',
    ],
    ['an address of a paused camera', cameras(', paused: true, mainUrl: "file://h/x"'), 'cameras[0].mainUrl'],
  ])('%s', async (_name, text, message) => {
    await expect(check(text)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^v\.yaml:\d+:\d+: /),
      details: { file: 'v.yaml', line: expect.any(Number), problems: expect.any(Array) },
    })
    await expect(check(text)).rejects.toThrow(message)
  })

  it('tells all of them, each once', async () => {
    const text = `cameras: [{ id: a, url: "rstp://h" }, { id: b, url: "file://h/x" }]\n${rule('preset: fallin')}`
    const error = await check(text).catch((thrown: Error) => thrown)
    expect((error as Error).message.split('\n')).toHaveLength(3)
  })

  it('takes what is right', async () => {
    await expect(check(cameras() + model + rule('preset: falling'))).resolves.toBeUndefined()
  })
})
