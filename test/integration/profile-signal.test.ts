import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'
import { vireo } from '../support/vireo-process.ts'

it('SIGUSR2 begins a profile instead of ending the process, and a stop does not wait for it', async () => {
  const folder = tempDir()
  const file = join(folder, 'v.yaml')
  writeFileSync(file, JSON.stringify({ version: 1, dataDir: join(folder, 'data'), http: { port: 0 } }))
  const run = vireo(['run', '-c', file])
  const says = (text: string) =>
    vi.waitFor(() => expect(`${run.errors()}${run.lines.join('\n')}`).toContain(text), 20_000)
  await says('"running"')
  run.child.kill('SIGUSR2')
  await says('a CPU profile is taken')
  run.child.kill('SIGUSR2')
  await says('a profile is being taken already')
  run.child.kill('SIGTERM')
  expect(await run.ended).toBe(0)
  expect(readdirSync(join(folder, 'data', 'profiles'))).toEqual([])
}, 30_000)
