import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AppError } from '../../../src/core/errors.ts'
import { createCronClock } from '../../../src/schedule/cron-clock.ts'
import { lockJob } from '../../../src/schedule/job-lock.ts'
import { askToPause } from '../../../src/schedule/learning-note.ts'
import { createYielding, readLoad, sayLoad } from '../../../src/schedule/load-signal.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock, settled } from '../infer/fake-clock.ts'

const minuteMs = 60_000

describe('cron clock', () => {
  it('runs when it is due, over hours, and stops', async () => {
    const time = createFakeClock()
    const ranMs: number[] = []
    const cron = createCronClock({
      expression: '*/30 * * * *',
      clock: time.clock,
      run: async () => void ranMs.push(time.clock.nowMs()),
    })
    expect(cron.nextMs()).toBe(30 * minuteMs)
    await time.pass(95 * minuteMs)
    expect(ranMs).toEqual([30, 60, 90].map((minutes) => minutes * minuteMs))
    cron.close()
    expect(time.timers).toBe(0)
  })

  it.each([40, -40])('goes on at its times when the clock of the machine is set by %d days', async (days) => {
    const time = createFakeClock()
    let setMs = 0
    const ranMs: number[] = []
    const clock = { ...time.clock, nowMs: () => time.clock.nowMs() + 50 * 1440 * minuteMs + setMs }
    const cron = createCronClock({
      expression: '*/30 * * * *',
      clock,
      run: async () => void ranMs.push(clock.nowMs()),
    })
    await time.pass(40 * minuteMs)
    setMs = days * 1440 * minuteMs
    await time.pass(100 * minuteMs)
    expect(ranMs.length).toBeGreaterThanOrEqual(3)
    expect(ranMs.length).toBeLessThanOrEqual(5)
    cron.close()
  })

  it('leaves out what is due while it still runs', async () => {
    const time = createFakeClock()
    let begun = 0
    const first = Promise.withResolvers<void>()
    const cron = createCronClock({
      expression: '* * * * *',
      clock: time.clock,
      run: () => {
        begun += 1
        return begun === 1 ? first.promise : Promise.resolve()
      },
    })
    await time.pass(5 * minuteMs)
    expect(begun).toBe(1)
    first.resolve()
    await settled()
    await time.pass(2 * minuteMs)
    expect(begun).toBe(3)
    cron.close()
  })

  it('says what is wrong with an expression', () => {
    const { clock } = createFakeClock()
    expect(() => createCronClock({ expression: 'at three', clock, run: async () => {} })).toThrow(
      /"at three" is no cron expression \(minute hour/,
    )
  })
})

describe('job lock', () => {
  const setUp = () => ({
    file: join(tempDir('lock'), 'jobs/learn.lock'),
    job: 'vireo learn',
    clock: createFakeClock().clock,
  })

  it('lets one in, names it to others, and lets the next in after it', () => {
    const options = setUp()
    const held = lockJob(options)
    const error = (() => {
      try {
        lockJob(options)
      } catch (thrown) {
        return thrown as AppError
      }
      throw new Error('it was let in')
    })()
    expect(error).toMatchObject({ code: 'TRAIN_BUSY', details: { pid: process.pid } })
    expect(error.message).toContain('vireo learn runs already')
    held.release()
    expect(existsSync(`${options.file}.json`)).toBe(false)
    lockJob(options).release()
  })

  it.each([
    [
      'what a version that kept no lock of the system left',
      (file: string) => writeFileSync(file, '{"pid":1,"sinceMs":0}'),
    ],
    ['a file that was cut short', (file: string) => writeFileSync(file, '')],
    [
      'the name of a holder that was killed',
      (file: string) => writeFileSync(`${file}.json`, '{"pid":1,"sinceMs":0}'),
    ],
  ])('passes over %s', (_, leave) => {
    const options = setUp()
    lockJob(options).release()
    leave(options.file)
    const held = lockJob(options)
    expect(() => lockJob(options)).toThrow(`process ${process.pid}`)
    held.release()
  })

  it('is kept although nobody can say who holds it', () => {
    const options = setUp()
    const held = lockJob(options)
    for (const text of ['', '{"pid":', '[]', '{"pid":1,"sinceMs":1e99}']) {
      writeFileSync(`${options.file}.json`, text)
      expect(() => lockJob(options)).toThrow(/vireo learn runs already in another process/)
    }
    held.release()
  })

  it('is let go of by the system when its holder is killed', async () => {
    const options = setUp()
    const script = `
      import { lockJob } from ${JSON.stringify(join(import.meta.dirname, '../../../src/schedule/job-lock.ts'))}
      lockJob({ file: process.argv[1], job: 'vireo learn', clock: { nowMs: () => 5 } })
      console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, options.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect(() => lockJob(options)).toThrow(`process ${child.pid} since 1970-01-01T00:00:00.005Z`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockJob(options).release()
  })
})

describe('load signal', () => {
  it('tells the scale of strides while the live path runs, and nothing afterwards', async () => {
    const time = createFakeClock()
    const dataDir = tempDir('load')
    let strideScale = 1
    const stop = sayLoad({ dataDir, clock: time.clock, strideScale: () => strideScale })
    strideScale = 2
    await time.pass(2000)
    expect(readLoad(dataDir, time.clock.nowMs())).toEqual({ strideScale: 2, atMs: 3000 })
    expect(readLoad(dataDir, time.clock.nowMs() + 11_000)).toBeNull()
    stop()
    expect(readLoad(dataDir, time.clock.nowMs())).toBeNull()
    expect(time.timers).toBe(0)
  })

  it('holds work back until the live path was at ease for ten seconds', async () => {
    const time = createFakeClock()
    const dataDir = tempDir('load')
    let strideScale = 1.5
    const stop = sayLoad({ dataDir, clock: time.clock, strideScale: () => strideScale })
    const said: (number | null)[] = []
    const pause = createYielding({
      dataDir,
      clock: time.clock,
      above: 1,
      signal: new AbortController().signal,
      paused: (why) => said.push(why && !why.byHand ? why.strideScale : null),
    })
    let gone = false
    const waiting = pause().then(() => {
      gone = true
    })
    await time.pass(5000)
    strideScale = 1
    await time.pass(9000)
    expect([gone, said]).toEqual([false, [1.5]])
    await time.pass(4000)
    await waiting
    expect(said).toEqual([1.5, null])
    stop()
    await time.pass(3000)
    await pause()
    expect(time.timers).toBe(0)
  })

  it('holds work back for as long as somebody wants it to, and lets it go on at once', async () => {
    const time = createFakeClock()
    const dataDir = tempDir('load')
    const said: (string | null)[] = []
    const pause = createYielding({
      dataDir,
      clock: time.clock,
      above: 1,
      signal: new AbortController().signal,
      paused: (why) => said.push(why === null ? null : why.byHand ? 'hand' : 'busy'),
    })
    askToPause(dataDir, 'ann')
    let gone = false
    const waiting = pause().then(() => {
      gone = true
    })
    await time.pass(60_000)
    expect([gone, said]).toEqual([false, ['hand']])
    askToPause(dataDir, null)
    await time.pass(600)
    await waiting
    expect(said).toEqual(['hand', null])
    // Nothing to let go on is no fault.
    askToPause(dataDir, null)
  })

  it('can be stopped while it waits', async () => {
    const time = createFakeClock()
    const dataDir = tempDir('load')
    const stop = sayLoad({ dataDir, clock: time.clock, strideScale: () => 4 })
    const controller = new AbortController()
    const pause = createYielding({
      dataDir,
      clock: time.clock,
      above: 1,
      signal: controller.signal,
      paused: () => {},
    })
    const waiting = expect(pause()).rejects.toMatchObject({ code: 'TRAIN_STOPPED' })
    await time.pass(700)
    controller.abort()
    await waiting
    stop()
    expect(time.timers).toBe(0)
  })
})
