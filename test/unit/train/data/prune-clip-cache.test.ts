import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { pruneCache } from '../../../../pipelines/learn/prune-cache.ts'
import { learningSchema } from '../../../../src/config/schema/learning-schema.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import { cachedNames, openClipCache } from '../../../../src/train/data/clip-cache.ts'
import { presets } from '../../../../src/train/models/presets.ts'
import { pruneClipCache } from '../../../../src/train/data/prune-clip-cache.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const dayMs = 86_400_000
const nowMs = Date.parse('2026-06-01T00:00:00Z')
let dataDir: string
let cacheDir: string
beforeEach(() => {
  dataDir = tempDir('prune')
  cacheDir = join(dataDir, 'learning', 'cache')
  mkdirSync(cacheDir, { recursive: true })
})

function put(name: string, bytes: number, daysAgo: number): void {
  const path = join(cacheDir, name)
  writeFileSync(path, new Uint8Array(bytes))
  const used = new Date(nowMs - daysAgo * dayMs)
  utimesSync(path, used, used)
}
const there = () =>
  readdirSync(cacheDir)
    .filter((name) => name.endsWith('.rgb'))
    .sort()
const prune = (limits: { days?: number; bytes?: number }, keep?: Set<string>) =>
  pruneClipCache({
    cacheDir,
    limits: {
      maxAgeMs: (limits.days ?? 1e4) * dayMs,
      maxBytes: limits.bytes ?? Number.POSITIVE_INFINITY,
    },
    nowMs,
    ...(keep && { keep }),
  })
/** A process with this number does not exist: it is above what any system gives. */
const nobody = 2 ** 30

describe('pruneClipCache', () => {
  it('removes what was not used for long, and says so', async () => {
    put('old.rgb', 10, 31)
    put('new.rgb', 20, 29)
    writeFileSync(join(cacheDir, 'notes.txt'), 'not ours')
    expect(await prune({ days: 30 })).toEqual({
      removed: [{ name: 'old.rgb', bytes: 10, why: 'age' }],
      removedBytes: 10,
      keptBytes: 20,
    })
    expect(there()).toEqual(['new.rgb'])
    expect(existsSync(join(cacheDir, 'notes.txt'))).toBe(true)
  })

  it('removes what was not used for longest until the limit holds', async () => {
    for (const [name, daysAgo] of [
      ['a.rgb', 1],
      ['b.rgb', 3],
      ['c.rgb', 2],
    ] as const)
      put(name, 100, daysAgo)
    const { removed, keptBytes } = await prune({ bytes: 150 })
    expect(removed.map(({ name, why }) => `${name} ${why}`)).toEqual(['b.rgb size', 'c.rgb size'])
    expect(keptBytes).toBe(100)
    expect(there()).toEqual(['a.rgb'])
  })

  it('never removes what a living process uses or the caller names, whatever the limits', async () => {
    for (const name of ['used.rgb', 'named.rgb', 'left.rgb']) put(name, 100, 100)
    writeFileSync(join(cacheDir, `.use-${process.pid}-99999.json`), JSON.stringify(['used.rgb']))
    writeFileSync(join(cacheDir, `.use-${nobody}-1.json`), JSON.stringify(['left.rgb']))
    const { removed } = await prune({ days: 30, bytes: 1 }, new Set(['named.rgb']))
    expect(removed.map(({ name }) => name)).toEqual(['left.rgb'])
    expect(there()).toEqual(['named.rgb', 'used.rgb'])
    // The mark of a process that is gone goes, too.
    expect(readdirSync(cacheDir).filter((name) => name.startsWith('.use-'))).toEqual([
      `.use-${process.pid}-99999.json`,
    ])
  })

  it('has nothing to do where nothing was decoded', async () => {
    rmSync(cacheDir, { recursive: true })
    expect(await prune({ bytes: 0 })).toEqual({ removed: [], removedBytes: 0, keptBytes: 0 })
  })
})

describe('the clip cache and its limits', () => {
  const size = { widthPx: 2, heightPx: 1, sampleFps: 8 }
  const spawn = ((_: string, args: readonly string[]) => {
    const child = Object.assign(new EventEmitter(), { stderr: new PassThrough(), kill: () => true })
    setImmediate(() => {
      writeFileSync(args.at(-1)!.slice('file:'.length), new Uint8Array(30))
      child.emit('close', 0, null)
    })
    return child as unknown as ChildProcess
  }) as unknown as typeof nodeSpawn
  const clock = { ...systemClock, nowMs: () => nowMs }
  const videos = () => {
    const path = join(dataDir, 'a.mp4')
    writeFileSync(path, 'a')
    utimesSync(path, new Date(0), new Date(0))
    return [{ id: 'a', path, label: null, group: 'g' }]
  }

  it('holds files until the source is closed, and counts their age from their last use', async () => {
    const list = videos()
    const source = await openClipCache({ cacheDir, videos: list, ...size, spawn, clock })
    expect([...(await cachedNames(list, size))]).toEqual(there())
    expect((await prune({ bytes: 0 })).removed).toEqual([])
    source.close()
    const age = (days: number) =>
      pruneClipCache({
        cacheDir,
        limits: { maxAgeMs: 30 * dayMs, maxBytes: 1e9 },
        nowMs: nowMs + days * dayMs,
      })
    expect((await age(29)).removed).toEqual([])
    // Used again: it is young again.
    const later = { ...clock, nowMs: () => nowMs + 29 * dayMs }
    ;(await openClipCache({ cacheDir, videos: list, ...size, spawn, clock: later })).close()
    expect((await age(58)).removed).toEqual([])
    expect((await age(60)).removed).toHaveLength(1)
    expect(readdirSync(cacheDir)).toEqual([])
  })

  it('is pruned by the loop as the configuration says; footage of the run stays', async () => {
    const list = videos()
    const { clip } = presets.nano
    const geometry = { widthPx: clip.widthPx, heightPx: clip.heightPx, sampleFps: 8 }
    const [own] = [...(await cachedNames(list, geometry))]
    put(own!, 30, 100)
    put('old.rgb', 40, 8)
    put('large.rgb', 2e6, 1)
    const notices: string[] = []
    const learning = learningSchema.parse({
      model: 'm', labelled: ['x'], cache: { maxAgeDays: 7, maxGb: 0.001 },
    })
    const job = {
      learning, dataDir, clock, footage: list, preset: presets.nano, backbone: null,
      split: { train: [], validation: [], test: [] },
      onNotice: (text: string) => notices.push(text),
    }
    await pruneCache(job as unknown as Parameters<typeof pruneCache>[0])
    expect(there()).toEqual([own])
    expect(notices).toEqual([
      expect.stringMatching(
        /removed 2 files of decoded footage \(0\.00 GB\): 1 not used for 7 days, 1 over 0\.001 GB/,
      ),
    ])
  })
})
