import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { blink } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { testVideo } from '../support/test-video.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: endurance (ffmpeg or the GStreamer RTSP server is missing)\n')

let folder: string
const servers: RtspServer[] = []
const running: VireoProcess[] = []
const mounted: string[] = []

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('endurance')
  await writeBrightnessBundle(join(folder, 'model'))
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  for (const server of servers.splice(0)) await server.kill()
  for (const dir of mounted.splice(0)) execFileSync('umount', [dir])
})
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true })
})

async function serve(mounts: readonly string[], video: Parameters<typeof testVideo>[0]): Promise<RtspServer> {
  const file = await testVideo(video)
  const server = await startRtspServer({ mounts: Object.fromEntries(mounts.map((id) => [`/${id}`, file])) })
  servers.push(server)
  return server
}

function start(name: string, ids: readonly string[], url: (id: string) => string, dataDir: string) {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(
    file,
    `version: 1
dataDir: ${dataDir}
cameras:
${ids.map((id) => `  - { id: ${id}, url: "${url(id)}", motion: { enabled: false } }`).join('\n')}
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
alerts:
  defaults: { clearAfterMs: 500, cooldownMs: 0 }
recording: { clips: false, lowFreeMb: 0, enoughFreeMb: 0 }
http: { port: 0 }
`,
  )
  const process = vireo(['run', '--config', file, '--json'])
  running.push(process)
  return { process, file }
}

const addressOf = async (process: VireoProcess): Promise<string> => {
  await expect.poll(() => process.errors(), { timeout: 60_000 }).toMatch(/"address":"/)
  return /"address":"([^"]+)"/.exec(process.errors())![1]!
}
interface CameraState {
  cameraId: string
  state: string
  epoch: number
}
const camerasOf = async (address: string) =>
  ((await (await fetch(`${address}/readyz`)).json()) as { cameras: CameraState[] }).cameras
const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)

describe.skipIf(!ready)('a long night', () => {
  it('survives that the kernel kills the ffmpeg of a camera, and no other camera notices', async () => {
    const server = await serve(['gate', 'yard', 'hall'], blink)
    const { process } = start(
      'oom',
      ['gate', 'yard', 'hall'],
      (id) => server.url(`/${id}`),
      join(folder, 'oom'),
    )
    const address = await addressOf(process)
    const states = async () => (await camerasOf(address)).map(({ state }) => state)
    await expect.poll(states, { timeout: 30_000 }).toEqual(['live', 'live', 'live'])
    globalThis.process.kill(childrenOf(process.child.pid!)[0]!, 'SIGKILL')
    const epochs = async () => (await camerasOf(address)).map(({ epoch }) => epoch).sort()
    await expect.poll(epochs, { timeout: 20_000 }).toEqual([1, 1, 2])
    await expect.poll(states, { timeout: 20_000 }).toEqual(['live', 'live', 'live'])
  })

  it('loses no alert while the disk is full', async ({ skip }) => {
    const disk = mountSmallDisk(skip)
    const server = await serve(['gate'], blink)
    const { process, file } = start('full', ['gate'], (id) => server.url(`/${id}`), disk)
    await process.line((line) => JSON.parse(line).phase === 'end')
    const balloon = join(disk, 'balloon')
    writeFileSync(balloon, Buffer.alloc(1))
    const { bavail, bsize } = statfsSync(disk)
    try {
      writeFileSync(balloon, Buffer.alloc(bavail * bsize + 100_000))
    } catch (thrown) {
      expect((thrown as NodeJS.ErrnoException).code).toBe('ENOSPC')
    }
    const before = process.lines.length
    await expect.poll(() => process.errors(), { timeout: 30_000 }).toMatch(/the database refuses to write/)
    // In seven seconds of video an alert begins and ends; it may not be told before it is on disk.
    const address = await addressOf(process)
    const frames = async () => {
      const metrics = await (await fetch(`${address}/metrics`)).text()
      return Number(/vireo_frames_total\{camera="gate"\} (\d+)/.exec(metrics)?.[1])
    }
    const seen = await frames()
    await expect.poll(frames, { timeout: 30_000 }).toBeGreaterThan(seen + 7 * 8)
    expect(process.child.exitCode).toBeNull()
    expect(process.lines.length).toBeLessThanOrEqual(before + 1)
    rmSync(balloon)
    await expect.poll(() => process.lines.length, { timeout: 20_000 }).toBeGreaterThan(before + 1)
    await process.line((line) => process.lines.indexOf(line) > before && JSON.parse(line).phase === 'end')
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
    expect(process.errors()).not.toMatch(/store_refuses/)
    const tail = vireo(['alerts', 'tail', '--config', file, '--json', '--no-follow'])
    running.push(tail)
    expect(await tail.ended).toBe(0)
    const seqs = tail.lines.map((line) => JSON.parse(line).data)
    // Every alert is whole: new, then end, and the bright phases are six seconds apart, none is missing.
    expect(
      seqs
        .map(({ phase }) => phase)
        .filter((phase) => phase !== 'update')
        .slice(0, 4),
    ).toEqual([...['new', 'end', 'new', 'end']])
    const begun = seqs.filter(({ phase }) => phase === 'new').map(({ firstPtsUs }) => firstPtsUs / 1e6)
    for (const [index, second] of begun.entries())
      if (index > 0) expect(Math.abs(second - begun[index - 1]! - 6)).toBeLessThan(0.6)
  })

  it('says so at once when the data directory cannot be written', async ({ skip }) => {
    const disk = mountSmallDisk(skip)
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const { process } = start('readonly', ['gate'], () => 'rtsp://127.0.0.1:1/none', disk)
    expect(await process.ended).toBeGreaterThan(0)
    expect(process.errors()).toMatch(/STORE_\w+/)
    expect(process.errors()).toContain(disk)
  })

  it('attaches a hundred cameras at once', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `cam${index}`)
    const server = await serve(ids, { name: 'tiny', widthPx: 128, heightPx: 72, fps: 5, seconds: 12 })
    const { process } = start('hundred', ids, (id) => server.url(`/${id}`), join(folder, 'hundred'))
    const address = await addressOf(process)
    const live = async () => (await camerasOf(address)).filter(({ state }) => state === 'live').length
    await expect.poll(live, { timeout: 90_000, interval: 500 }).toBe(100)
    // None had to try twice, and all of them end with the process.
    expect((await camerasOf(address)).filter(({ epoch }) => epoch !== 1)).toEqual([])
    const children = childrenOf(process.child.pid!)
    expect(children.length).toBe(100)
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
    expect(children.filter((pid) => isAlive(pid))).toEqual([])
  })
})

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z')
  } catch {
    return false
  }
}

/** A disk of 24 MB, where this user may mount one. */
function mountSmallDisk(skip: (note?: string) => void): string {
  const dir = join(folder, `disk-${mounted.length}-${Math.round(performance.now())}`)
  mkdirSync(dir)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    process.stderr.write('skipped: a full disk (this user may not mount one)\n')
    skip('this user may not mount a small disk')
  }
  mounted.push(dir)
  return dir
}
