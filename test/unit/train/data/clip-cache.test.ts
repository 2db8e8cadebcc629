import { tempDir } from '../../../support/temp-dir.ts'
import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openClipCache } from '../../../../src/train/data/clip-cache.ts'

const size = { widthPx: 2, heightPx: 1, sampleFps: 8 }
const made: string[] = []
let dir: string
let cacheDir: string
beforeEach(() => {
  dir = tempDir('cache')
  cacheDir = join(dir, 'cache')
  made.push(dir)
  for (const name of ['a.mp4', 'b.mp4']) writeFileSync(join(dir, name), name)
})
afterAll(() => {
  for (const each of made) rmSync(each, { recursive: true })
})

/** Stands in for ffmpeg: writes `frames` frames, or says something and fails. */
function fakeFfmpeg(
  answer: (args: readonly string[]) => { frames?: number; says?: string; error?: string; hangs?: boolean },
) {
  const runs: (readonly string[])[] = []
  const spawn = ((_: string, args: readonly string[]) => {
    runs.push(args)
    const child = Object.assign(new EventEmitter(), {
      stderr: new PassThrough(),
      kill: () => child.emit('close', null, 'SIGKILL'),
    })
    setImmediate(() => {
      const { frames = 0, says, error, hangs } = answer(args)
      if (error) return child.emit('error', Object.assign(new Error(error), { code: error }))
      writeFileSync(
        args.at(-1)!.slice('file:'.length),
        new Uint8Array(frames * 6).fill(runs.indexOf(args) + 1),
      )
      if (hangs) return
      if (says) child.stderr.emit('data', says)
      child.emit('close', says ? 1 : 0, null)
    })
    return child as unknown as ChildProcess
  }) as unknown as typeof nodeSpawn
  return { spawn, runs }
}
const video = (name: string, more = {}) => ({
  id: name,
  path: join(dir, name),
  label: null,
  group: 'g',
  ...more,
})
const open = (videos: ReturnType<typeof video>[], ffmpeg = fakeFfmpeg(() => ({ frames: 5 })), more = {}) =>
  openClipCache({ cacheDir, videos, ...size, spawn: ffmpeg.spawn, ...more })

describe('clip cache', () => {
  it('decodes each stretch once and uses it again', async () => {
    const ffmpeg = fakeFfmpeg(() => ({ frames: 5 }))
    const videos = [
      video('a.mp4'),
      video('a.mp4', { id: 'again' }),
      video('b.mp4', { startMs: 500, endMs: 1500 }),
    ]
    const seen: { done: number; total: number; path: string; decoded: boolean }[] = []
    const source = await open(videos, ffmpeg, { onProgress: (p: (typeof seen)[0]) => seen.push(p) })
    expect(source.items.map(({ id, frameCount }) => [id, frameCount])).toEqual([
      ['a.mp4', 5],
      ['again', 5],
      ['b.mp4', 5],
    ])
    expect(ffmpeg.runs.length).toBe(2)
    // Two are decoded at the same time: either may be the first.
    const cut = ffmpeg.runs.findIndex((args) => args.join(' ').includes('-ss 0.5 -t 1 -i file:'))
    expect(ffmpeg.runs[cut]!.join(' ')).toContain('b.mp4')
    expect(seen.map(({ done, total, decoded }) => [done, total, decoded])).toEqual([
      [1, 2, true],
      [2, 2, true],
    ])
    expect(seen.map(({ path }) => path).sort()).toEqual([join(dir, 'a.mp4'), join(dir, 'b.mp4')])
    const out = new Uint8Array(6)
    source.read(2, 4, 1, out)
    expect(out[0]).toBe(cut + 1)
    source.close()
    await open(videos, ffmpeg)
    expect(ffmpeg.runs.length).toBe(2)
    expect(readdirSync(cacheDir).filter((name) => name.endsWith('.rgb')).length).toBe(2)
  })

  it('decodes again what changed, or in another geometry', async () => {
    const ffmpeg = fakeFfmpeg(() => ({ frames: 5 }))
    await open([video('a.mp4')], ffmpeg)
    utimesSync(join(dir, 'a.mp4'), 1, 1)
    await open([video('a.mp4')], ffmpeg)
    await open([video('a.mp4')], ffmpeg, { sampleFps: 4 })
    expect(ffmpeg.runs.length).toBe(3)
  })

  it('removes what a killed process left, and nothing else', async () => {
    mkdirSync(cacheDir)
    const names = ['a.rgb.4194399-1.part', `a.rgb.${process.pid}-1.part`, 'other.txt']
    for (const name of names) writeFileSync(join(cacheDir, name), '')
    await open([])
    expect(readdirSync(cacheDir).sort()).toEqual(names.slice(1).sort())
  })

  it.each([
    ['without video', { says: 'Stream map 0:v:0 matches no streams.' }, 'MEDIA_NO_VIDEO'],
    ['without pictures', { frames: 0 }, 'MEDIA_NO_VIDEO'],
    ['that is broken', { says: 'moov atom not found' }, 'MEDIA_FFMPEG_FAILED'],
    ['on a full disk', { says: 'No space left on device' }, 'STORE_WRITE'],
    ['without ffmpeg', { error: 'ENOENT' }, 'MEDIA_FFMPEG_MISSING'],
  ])('names a file %s, and keeps nothing of it', async (_, answer, code) => {
    await expect(
      open(
        [video('b.mp4')],
        fakeFfmpeg(() => answer),
      ),
    ).rejects.toMatchObject({
      code,
      message: expect.stringContaining(join(dir, 'b.mp4')),
    })
    expect(readdirSync(cacheDir)).toEqual([])
  })

  it('names a video that is not there, and an empty range', async () => {
    await expect(open([video('c.mp4')])).rejects.toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringContaining('c.mp4: the video does not exist'),
    })
    await expect(open([video('a.mp4', { startMs: 5, endMs: 5 })])).rejects.toMatchObject({
      code: 'TRAIN_DATA',
    })
  })

  it('stops when it shall, and keeps what is done', async () => {
    const stop = new AbortController()
    const ffmpeg = fakeFfmpeg((args) => ({ frames: 5, hangs: args.join().includes('b.mp4') }))
    const opened = open([video('a.mp4'), video('b.mp4')], ffmpeg, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(opened).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    expect(readdirSync(cacheDir)).toEqual([expect.stringMatching(/^a\.mp4\.[0-9a-f]{20}\.rgb$/)])
  })
})
