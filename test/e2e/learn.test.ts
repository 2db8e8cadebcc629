import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { movingSquares } from '../support/moving-squares.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: vireo learn (ffmpeg is missing)\n')

let folder: string
let list: string
const running: VireoProcess[] = []

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('learn-cli')
  list = await movingSquares(join(folder, 'clips'), { groups: 8, each: 2 })
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

const start = (...args: string[]): VireoProcess => {
  const started = vireo(args)
  running.push(started)
  return started
}
const said = async (process: VireoProcess, pattern: RegExp) => {
  while (!pattern.test(process.errors())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const sizes =
  '{ frames: 8, widthPx: 32, heightPx: 32, patchPx: 8, width: 32, heads: 2, hidden: 64, depthSpace: 1, depthTime: 1 }'
const gate =
  '{ minItems: 4, minGroups: 1, minClassItems: 2, maxLatencyIncrease: 1000, requireSignificance: false, toleratedLoss: 1 }'

function configure(name: string, more = ''): string {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(
    file,
    `version: 1
dataDir: ${join(folder, name)}
http: { port: 0 }
learning:
  model: squares
  labelled: [${list}]
  sizes: ${sizes}
  testShare: 0.25
  folds: 0
  threads: 1
  pretrain: { steps: 10, batch: 8, warmup: 2 }
  finetune: { steps: 120, batch: 16, peakRate: 0.003, labelSmoothing: 0, checkpointEvery: 10, augmentation: { flip: false } }
  gate: ${gate}
${more}`,
  )
  return file
}

describe.skipIf(!ready)('vireo learn', () => {
  it('goes on after kill -9 and Ctrl-C to the same bits as a run that nothing interrupted', async () => {
    const whole = start('learn', '--once', '--json', '-c', configure('whole'))
    expect(await whole.ended).toBe(0)
    const config = configure('killed')
    const first = start('learn', '--once', '--json', '-c', config)
    await said(first, /"phase":"finetune"/)
    await new Promise((resolve) => setTimeout(resolve, 500))
    first.child.kill('SIGKILL')
    await first.ended
    const second = start('learn', '--once', '--json', '-c', config)
    await said(second, /"phase":"finetune"/)
    second.child.kill('SIGINT')
    const status = await second.ended
    // It may have come to its end before the signal did.
    if (status !== 0) {
      expect(status).toBe(75)
      expect(second.errors()).toMatch(/TRAIN_STOPPED.*To go on: vireo learn --once -c/)
      const third = start('learn', '--once', '--json', '-c', config)
      expect(await third.ended).toBe(0)
      expect(JSON.parse(third.lines.at(-1)!)).toMatchObject({
        resumed: true,
        result: 'live',
        version: '1.0.0',
      })
    }
    const weights = (name: string) =>
      readFileSync(join(folder, name, 'registry/squares/1.0.0/training/weights.bin')).toString('base64')
    expect(weights('killed')).toBe(weights('whole'))
    expect(readdirSync(join(folder, 'killed/runs'))).toHaveLength(1)
  })

  it('lets one process learn at a time', async () => {
    const config = configure('twice')
    const one = start('learn', '--once', '--json', '-c', config)
    await said(one, /"phase"/)
    const two = start('learn', '--once', '-c', config)
    expect(await two.ended).toBe(75)
    expect(two.errors()).toMatch(/TRAIN_BUSY: vireo learn runs already: process \d+/)
    expect(await one.ended).toBe(0)
  })

  it('says what is missing', async () => {
    const file = join(folder, 'none.yaml')
    writeFileSync(file, 'version: 1\n')
    const none = start('learn', '--once', '-c', file)
    expect(await none.ended).toBe(78)
    expect(none.errors()).toContain('has no section learning')
  })

  it('runs by the schedule beside the cameras, in a process of its own', async () => {
    const config = configure('scheduled', '  schedule: "*/2 * * * * *"\n')
    const run = start('run', '-c', config)
    await said(run, /"result":"live".*learning is done/)
    expect(run.errors()).toMatch(/"version":"1.0.0"/)
    expect(existsSync(join(folder, 'scheduled/live-load.json'))).toBe(true)
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    expect(existsSync(join(folder, 'scheduled/live-load.json'))).toBe(false)
    expect(existsSync(join(folder, 'scheduled/learning/learn.lock.json'))).toBe(false)
  })

  it('does the steps by hand', async () => {
    const out = join(folder, 'by-hand')
    const plan = join(folder, 'plan.yaml')
    writeFileSync(
      plan,
      `sizes: ${sizes}\ntestShare: 0.25\ngate: ${gate}\npretrain: { batch: 8, warmup: 2 }\nfinetune: { steps: 60, batch: 16, peakRate: 0.003, augmentation: { flip: false } }\n`,
    )
    const step = async (...args: string[]) => {
      const process = start('train', ...args, '--json')
      expect([await process.ended, process.errors().match(/"error".*/)?.[0]]).toEqual([0, undefined])
      return JSON.parse(process.lines.at(-1)!)
    }
    const clips = join(folder, 'clips')
    await step('pretrain', '--out', out, '--plan', plan, '--footage', clips, '--steps', '6', '--threads', '1')
    await step('finetune', '--out', out, '--data', list, '--threads', '1')
    await step('export', '--out', out, '--name', 'squares', '--model-version', '3.0.0')
    const judged = await step('evaluate', '--out', out)
    expect(judged).toMatchObject({ testItems: expect.any(Number), accuracy: expect.any(Number) })
    expect(readFileSync(judged.report, 'utf8')).toContain('squares@')
    const again = await step('report', '--out', out)
    expect(again.accuracy).toBe(judged.accuracy)
    const smaller = await step('quantize', join(out, 'served'), '--out', join(out, 'int8'), '--data', list)
    expect(smaller).toMatchObject({ agreement: expect.any(Number), top1Before: expect.any(Number) })
    const config = configure('registered')
    const registered = start('model', 'register', join(out, 'served'), '-c', config, '--json')
    expect(await registered.ended).toBe(0)
    expect(JSON.parse(registered.lines[0]!)).toMatchObject({ model: 'squares', version: '3.0.0' })
  })
})
