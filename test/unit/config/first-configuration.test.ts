import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../../pipelines/live/check-config.ts'
import { loadConfig, parseConfig } from '../../../src/config/load.ts'
import { tempDir } from '../../support/temp-dir.ts'

const root = join(import.meta.dirname, '../../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const env = {
  GATE_PASSWORD: 'secret',
  CAMERA_URL: 'rtsp://192.0.2.1/x',
  VIREO_HTTP_TOKEN: 'a-token-for-the-test',
}

describe('a configuration that people begin with', () => {
  it.each([
    ['README.md', parseConfig(/```yaml\n([\s\S]*?)```/.exec(readme)![1]!, { file: 'README.md', env })],
    ['config/vireo.yaml', loadConfig(join(root, 'config/vireo.yaml'), env)],
    ['docker/config/vireo.yaml', loadConfig(join(root, 'docker/config/vireo.yaml'), env)],
  ])(
    '%s runs as it is, and watches motion in a zone at certain times, without a model',
    async (_name, config) => {
      await expect(checkConfig(config)).resolves.toBeUndefined()
      expect(config.models).toEqual([])
      expect(config.cameras[0]!.zones).toHaveLength(1)
      expect(config.behaviours.rules[0]!.armed).toEqual([{ from: '20:00', to: '06:00' }])
    },
  )

  it('does not take the model of simulated people, unless it is allowed', async () => {
    const folder = tempDir('simulated')
    try {
      const file = join(folder, 'v.yaml')
      const write = (more: string) =>
        writeFileSync(
          file,
          `version: 1\nmodels:\n  - { name: actions, path: ${root}/models/actions${more} }\n`,
        )
      write('')
      await expect(checkConfig(loadConfig(file, {}))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/v\.yaml:3:5: models\[0\]: .*simulated people.*allowSimulated: true/),
      })
      write(', allowSimulated: true')
      await expect(checkConfig(loadConfig(file, {}))).resolves.toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
