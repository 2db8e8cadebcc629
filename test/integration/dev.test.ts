import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { checkConfig } from '../../pipelines/live/check-config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'

const root = join(import.meta.dirname, '../..')

it('npm run dev runs one camera, with a log for people, and starts again when the code changes', async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(scripts['dev:run']).toBe('node --watch --watch-preserve-output examples/dev/main.ts')
  // A file of the program that may be touched here: it joins the sources as a changed one would.
  const dir = tempDir()
  const entry = join(dir, 'main.ts')
  const main = `import ${JSON.stringify(join(root, 'examples/dev/main.ts'))}\n`
  writeFileSync(entry, main)
  // Any port: somebody may work here meanwhile.
  const config = join(dir, 'vireo.yaml')
  const { devConfig } = await import('../../examples/dev/dev-config.ts')
  const video = await testVideo({ name: 'test' })
  const parts = { dataDir: join(dir, 'data'), modelDir: join(root, 'models/actions'), video }
  writeFileSync(config, devConfig(parts).replace('port: 8088', 'port: 0'))
  await checkConfig(loadConfig(config))
  let said = ''
  const child = spawn(process.execPath, ['--watch', '--watch-preserve-output', entry, '--dir', dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const ended = new Promise((resolve) => child.on('close', resolve))
  try {
    await vi.waitFor(() => expect(said).toMatch(/INFO.*running/), 20_000)
    expect(said).not.toContain('{"level"')
    writeFileSync(entry, `${main}// changed\n`)
    await vi.waitFor(() => expect(said.match(/INFO.*running/g)).toHaveLength(2), 20_000)
    expect(said).toMatch(/INFO.*stopped/)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}, 60_000)
