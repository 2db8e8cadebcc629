import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: a data directory that goes away (ffmpeg is missing)\n')

let folder: string
let config: string
const running: VireoProcess[] = []
beforeAll(async () => {
  if (!ready) return
  folder = tempDir('store-gone')
  await writeBrightnessBundle(join(folder, 'model'))
  const blink = await blinkVideo({ name: 'blink-file', widthPx: 160, heightPx: 90, seconds: 4 })
  config = join(folder, 'v.yaml')
  writeFileSync(
    config,
    `version: 1
dataDir: ${join(folder, 'data')}
cameras: [{ id: gate, url: ${blink}, loop: true, motion: { enabled: false }, picture: { enabled: false } }]
models: [{ name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }]
alerts: { defaults: { clearAfterMs: 500, cooldownMs: 0 } }
sampling: { enabled: false }
http: { port: 0 }
`,
  )
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

async function start() {
  const started = vireo(['run', '--config', config, '--json'])
  running.push(started)
  const address = await vi.waitFor(
    () => /"address":"([^"]+)"/.exec(started.errors())?.[1] ?? Promise.reject(new Error(started.errors())),
    { timeout: 60_000, interval: 50 },
  )
  return { ...started, address }
}
const isNew = (line: string) => JSON.parse(line).phase === 'new'
const idsOf = async () => {
  const tail = vireo(['alerts', 'tail', '--config', config, '--json', '--since', '1h', '--no-follow'])
  await tail.ended
  return new Set(tail.lines.map((line) => JSON.parse(line).data.alertId as string))
}
/** Readable or writable for others than the owner, by name. */
const open = (dir: string) =>
  [dir, ...readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)))].filter(
    (path) => (statSync(path).mode & 0o077) !== 0,
  )

describe.skipIf(!ready)('a data directory under a running vireo run', () => {
  it('is for its user alone, and what was accepted outlives its removal', async () => {
    const data = join(folder, 'data')
    mkdirSync(data)
    chmodSync(data, 0o755)
    const first = await start()
    const seen = JSON.parse(await first.line(isNew)).alertId
    expect(open(data)).toEqual([])
    // It runs: what it writes in this moment is removed at the next try.
    rmSync(data, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 })
    await vi.waitFor(async () => expect((await fetch(`${first.address}/readyz`)).status).toBe(503), {
      timeout: 20_000,
      interval: 100,
    })
    await vi.waitFor(() => expect(first.errors()).toContain('"code":"STORE_GONE"'), { timeout: 20_000 })
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(first.errors()).toContain('the contents of a database whose file was gone are here')
    expect(await idsOf()).toContain(seen)
    expect(open(data)).toEqual([])
    const second = await start()
    expect((await fetch(`${second.address}/readyz`)).status).toBe(200)
    expect(await idsOf()).toContain(seen)
  })
})
