import type { ChildProcess, spawn as nodeSpawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { tierSchema } from '../../../../src/config/schema/tier-schema.ts'
import { AppError } from '../../../../src/core/errors.ts'
import type { SegmentTier } from '../../../../src/core/tiered-segment.ts'
import { createTiering, type TierBook } from '../../../../src/record/tier/tiering.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { countingTelemetry } from '../sample-fragments.ts'

const original = Buffer.alloc(1000, 7)
const small = (ms = 8000) => {
  const bytes = Buffer.alloc(136)
  bytes.write('\0\0\0\x24moov\0\0\0\x1cmvhd', 0, 'latin1')
  bytes.writeUInt32BE(1000, 28)
  bytes.writeUInt32BE(ms, 32)
  return bytes
}
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const measured =
  '[Parsed_ssim_1] SSIM Y:0.97 U:0.99 V:0.99 All:0.961234 (15.2)\n[Parsed_psnr_2] PSNR y:35.1 average:36.500000 min:30'

let dir: string
beforeEach(() => {
  dir = tempDir('tiering')
})

function put(name: string, bytes: Buffer = original): string {
  const path = join(dir, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  utimesSync(path, 0.5, 0.5)
  return path
}

interface Run {
  readonly child: EventEmitter & { stderr: PassThrough; signals: string[] }
  readonly args: readonly string[]
}

function tieringOf(
  more: {
    fails?: (args: readonly string[]) => string | null
    book?: Partial<TierBook>
    options?: object
    madeMs?: number
  } = {},
) {
  const time = createFakeClock()
  const counted = countingTelemetry()
  const runs: Run[] = []
  const niced: string[] = []
  const known = new Map<string, Pick<SegmentTier, 'state' | 'kept' | 'note'> & Partial<SegmentTier>>()
  const spawn = ((program: string, args: readonly string[]) => {
    const signals: string[] = []
    const child = Object.assign(new EventEmitter(), {
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      pid: runs.length + 1,
      signals,
      kill(signal: string) {
        signals.push(signal)
        if (signal === 'SIGKILL') child.emit('close', null, signal)
      },
    })
    runs.push({ child, args })
    setImmediate(() => {
      const problem = more.fails?.(args) ?? null
      if (problem === 'hangs') return
      if (problem !== null) child.stderr.emit('data', problem)
      else if (program === 'ffprobe')
        child.stdout.emit(
          'data',
          '{"streams":[{"codec_name":"h264","width":1280,"height":720}],"format":{"duration":"1008","start_time":"1000"}}',
        )
      else if (args.includes('null')) child.stderr.emit('data', measured)
      else if (!args.includes('-filters'))
        writeFileSync(args.at(-1)!.slice('file:'.length), small(more.madeMs))
      child.emit('close', problem === null ? 0 : 1, null)
    })
    return child as unknown as ChildProcess
  }) as unknown as typeof nodeSpawn
  const book: TierBook = {
    decided: () => new Set([...known].filter(([, row]) => row.state !== 'replacing').map(([name]) => name)),
    replacing: () =>
      [...known].flatMap(([name, row]) =>
        row.state === 'replacing' ? [{ ...row, name } as SegmentTier] : [],
      ),
    replace: ({ name }, lineage) =>
      void known.set(name, { state: 'replacing', kept: null, note: null, lineage }),
    replaced: (name) => void known.set(name, { ...known.get(name)!, state: 'tiered' }),
    keep: ({ name }, { kept, note = null }) => void known.set(name, { state: 'kept', kept, note }),
    forget: (name) => void known.delete(name),
    hasEvents: () => false,
    ...more.book,
  }
  const tiering = createTiering({
    dir,
    book,
    spawn,
    clock: time.clock,
    telemetry: counted.telemetry,
    afterMs: (cameraId) => (cameraId === 'never' ? 0 : 100),
    tier: () => tierSchema.parse({}),
    protection: async () => () => null,
    freeBytes: async () => 1e9,
    lowFreeBytes: () => 0,
    isBusy: () => false,
    setPriority: (processId, niceness) => niced.push(`${processId} ${niceness}`),
    ...more.options,
  })
  return { ...counted, time, tiering, runs, niced, known }
}

const one = 'gate/1970-01-01/000000000-1.mp4'
const two = 'gate/1970-01-01/000000200-1.mp4'

describe('tiering', () => {
  it('takes what is due, the oldest first, at a low priority, and notes the lineage before it replaces', async () => {
    const [first, second] = [put(two), put(one)]
    put('never/1970-01-01/000000000-1.mp4')
    put('gate/1970-01-01/000000950-1.mp4')
    const { tiering, known, runs, niced, counts } = tieringOf()
    expect(await tiering.round()).toBe(2)
    expect([...known.keys()]).toEqual([one, two])
    expect(known.get(one)).toMatchObject({
      state: 'tiered',
      lineage: {
        bytesBefore: 1000,
        bytesAfter: 136,
        ssim: 0.961234,
        psnrDb: 36.5,
        vmaf: null,
        sha256Before: sha256(original),
        sha256After: sha256(small()),
      },
    })
    for (const path of [first, second]) {
      expect(readFileSync(path)).toEqual(small())
      expect(statSync(path).mtimeMs).toBe(500)
      expect(existsSync(`${path}.tier.tmp`)).toBe(false)
    }
    expect(niced).toHaveLength(runs.length)
    expect(niced[0]).toBe('1 19')
    expect(counts).toMatchObject({
      'vireo_record_tier_segments_total gate tiered': 2,
      'vireo_record_tier_saved_bytes_total gate': 1728,
    })
    expect(await tiering.round()).toBe(0)
  })

  it('leaves alone what has events near it or is protected, for good', async () => {
    const path = put(one)
    const asked: number[][] = []
    const events = tieringOf({
      book: {
        hasEvents(_, fromMs, toMs) {
          asked.push([fromMs, toMs])
          return true
        },
      },
    })
    expect(await events.tiering.round()).toBe(0)
    expect(events.known.get(one)).toMatchObject({ state: 'kept', kept: 'event' })
    expect(asked).toEqual([[-30_000, 30_500]])
    const labelled = tieringOf({ options: { protection: async () => () => 'labelled' } })
    await labelled.tiering.round()
    expect(labelled.known.get(one)).toMatchObject({ kept: 'labelled' })
    expect([events.runs, labelled.runs]).toEqual([[], []])
    expect(readFileSync(path)).toEqual(original)
  })

  it('touches nothing when it cannot know what is protected, or when there is no room', async () => {
    put(one)
    const unknown = tieringOf({
      options: { protection: () => Promise.reject(new AppError('TRAIN_DATA', 'the labels cannot be read')) },
    })
    const full = tieringOf({ options: { freeBytes: async () => 1999, lowFreeBytes: () => 1000 } })
    for (const { tiering, runs, known, logs } of [unknown, full]) {
      expect(await tiering.round()).toBe(0)
      await tiering.round()
      expect([runs.length, known.size, logs.map(({ level }) => level)]).toEqual([0, 0, ['error']])
    }
    expect(full.logs[0]!.fields.code).toBe('STORE_FILE')
  })

  it.each([
    ['a full disk', 'No space left on device', undefined, 'STORE_FILE'],
    ['no encoder', "Unknown encoder 'libx264'", undefined, 'MEDIA_FFMPEG_FEATURE'],
    ['a damaged segment', 'Invalid data found', 'failed', undefined],
  ])('keeps the original as it was after %s', async (_, said, kept, code) => {
    const path = put(one)
    const { tiering, known, logs } = tieringOf({ fails: (args) => (args.includes('-crf') ? said : null) })
    expect(await tiering.round()).toBe(0)
    expect(readFileSync(path)).toEqual(original)
    expect(existsSync(`${path}.tier.tmp`)).toBe(false)
    expect(known.get(one)?.kept).toBe(kept)
    expect(logs.find(({ level }) => level === 'error')?.fields.code).toBe(code)
  })

  it('tries again what somebody killed, and gives up what crashes', async () => {
    const path = put(one)
    for (const [signal, kept] of [
      ['SIGKILL', undefined],
      ['SIGSEGV', 'failed'],
    ] as const) {
      const { tiering, known, runs } = tieringOf({
        fails: (args) => (args.includes('-crf') ? 'hangs' : null),
      })
      const round = tiering.round()
      await expect.poll(() => runs.some(({ args }) => args.includes('-crf'))).toBe(true)
      runs.at(-1)!.child.emit('close', null, signal)
      expect(await round).toBe(0)
      expect(known.get(one)?.kept).toBe(kept)
    }
    expect(readFileSync(path)).toEqual(original)
  })

  it('keeps the original when the database cannot note the replacement, or the file has not its length', async () => {
    const path = put(one)
    const refused = tieringOf({
      book: {
        replace() {
          throw new AppError('STORE_WRITE', 'the database refuses to write')
        },
      },
    })
    expect(await refused.tiering.round()).toBe(0)
    expect(refused.logs.map(({ fields }) => fields.code)).toEqual(['STORE_WRITE'])
    expect(readFileSync(path)).toEqual(original)
    const cut = tieringOf({ madeMs: 3000 })
    await cut.tiering.round()
    expect(cut.known.get(one)).toMatchObject({ kept: 'failed', note: '3000 ms were made of 8000 ms' })
    expect(readFileSync(path)).toEqual(original)
  })

  it('finds out what became of a replacement that a crash interrupted, and clears away what was half made', async () => {
    const [before, after] = [put(one), put(two, small())]
    put(`${one}.tier.tmp`)
    const { tiering, known } = tieringOf({ options: { afterMs: () => 0 } })
    const lineage = { sha256Before: sha256(original), sha256After: sha256(small()), plan: '' }
    for (const name of [one, two, 'gate/1970-01-01/gone-1.mp4'])
      known.set(name, { state: 'replacing', kept: null, note: null, lineage })
    await tiering.round()
    expect([...known].map(([name, { state }]) => [name, state])).toEqual([[two, 'tiered']])
    expect(existsSync(`${before}.tier.tmp`)).toBe(false)
    expect([readFileSync(before), readFileSync(after)]).toEqual([original, small()])
  })

  it('stops at once when it is closed, and leaves the segment as it was', async () => {
    const path = put(one)
    const { tiering, runs, known, time } = tieringOf({
      fails: (args) => (args.includes('-crf') ? 'hangs' : null),
    })
    tiering.start()
    await expect.poll(() => runs.some(({ args }) => args.includes('-crf'))).toBe(true)
    await tiering.close()
    expect(runs.at(-1)!.child.signals).toContain('SIGKILL')
    expect([known.size, readFileSync(path).equals(original), time.timers]).toEqual([0, true, 0])
    expect(existsSync(`${path}.tier.tmp`)).toBe(false)
  })

  it('stands still while the cores are needed, and goes on ten seconds after', async () => {
    put(one)
    let busy = false
    const { tiering, runs, time } = tieringOf({
      fails: (args) => (args.includes('-crf') ? 'hangs' : null),
      options: { isBusy: () => busy },
    })
    const round = tiering.round()
    await expect.poll(() => runs.some(({ args }) => args.includes('-crf'))).toBe(true)
    const { signals } = runs.at(-1)!.child
    busy = true
    await time.pass(1000)
    expect(signals).toEqual(['SIGSTOP'])
    busy = false
    await time.pass(9000)
    expect(signals).toEqual(['SIGSTOP'])
    await time.pass(2000)
    expect(signals).toEqual(['SIGSTOP', 'SIGCONT'])
    await tiering.close()
    expect(await round).toBe(0)
  })
})
