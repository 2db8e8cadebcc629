import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkConfig } from '../../../../pipelines/live/check-config.ts'
import { composeConfig } from '../../../../src/cli/init/compose-config.ts'
import { parseConfig } from '../../../../src/config/load.ts'
import { writeBodiesBundle } from '../../../support/bodies-bundle.ts'
import { writeSkeletonBundle } from '../../../support/skeleton-bundle.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const labels = ['fighting', 'waving']
let folder: string
beforeAll(async () => {
  folder = tempDir('checked')
  await writeBodiesBundle(join(folder, 'people'))
  const skeleton = join(folder, 'skeleton')
  await writeSkeletonBundle(skeleton)
  const file = join(skeleton, 'bundle.json')
  const bundle = JSON.parse(readFileSync(file, 'utf8'))
  for (const [at, name] of labels.entries()) Object.assign(bundle.labels[at], { name, background: true })
  writeFileSync(file, JSON.stringify(bundle))
})

describe('a first configuration', () => {
  it.each([
    ['motion', false, false],
    ['people', true, false],
    ['people and what they do', true, true],
  ])('of %s is taken by the check of vireo run', async (_, people, actions) => {
    const text = composeConfig({
      file: 'vireo.yaml',
      variablesFile: 'vireo.env',
      dataDir: join(folder, 'data'),
      cameras: [
        {
          ...{
            id: 'gate',
            url: 'rtsp://192.0.2.10/s1',
            user: null,
            variable: null,
            picture: Buffer.alloc(0),
          },
          probe: {
            codec: 'h264',
            profile: null,
            widthPx: 640,
            heightPx: 360,
            fps: 25,
            pixelFormat: null,
            audio: null,
            firstKeyframeMs: null,
            transport: 'tcp',
            note: null,
          },
        },
      ],
      answers: { timeZone: 'UTC', closed: 'always' },
      people: people ? join(folder, 'people') : null,
      actions: actions ? { path: join(folder, 'skeleton'), labels } : null,
      httpPort: 8080,
      logLevel: 'warn',
    })
    const config = parseConfig(text, { file: 'vireo.yaml', env: {} })
    await expect(checkConfig(config)).resolves.toBeUndefined()
    expect(config.models).toHaveLength(Number(people) + Number(actions))
    expect(config.behaviours.rules.some(({ name }) => name === 'fight')).toBe(actions)
  })
})
