import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

const root = join(import.meta.dirname, '../..')

it('ONNX Runtime writes no logs or identifiers anywhere when it is loaded through Vireo', () => {
  const folder = tempDir('telemetry')
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env
  const code = `const { InferenceSession } = await import('./src/onnx/onnx-runtime.ts')
    await (await InferenceSession.create('models/actions/model.onnx')).release()`
  const home = { HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder, XDG_CONFIG_HOME: folder }
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, env: { ...env, ...home } })
  expect(readdirSync(folder)).toEqual([])
})
