import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { movingSquares } from '../support/moving-squares.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'
import { vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: a search for settings (ffmpeg is missing)\n')

let folder: string
let base: string[]

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('search')
  const list = await movingSquares(join(folder, 'clips'), { groups: 5, each: 1 })
  const plan = join(folder, 'plan.yaml')
  const sizes = {
    frames: 4,
    widthPx: 32,
    heightPx: 32,
    patchPx: 16,
    tubeletFrames: 2,
    width: 16,
    heads: 2,
    hidden: 32,
    depthSpace: 1,
    depthTime: 1,
  }
  writeFileSync(plan, JSON.stringify({ sizes, validationShare: 0.4, testShare: 0.2, finetune: { batch: 4 } }))
  base = ['train', 'search', '--data', list, '--plan', plan, '--threads', '1']
})

async function run(args: readonly string[]) {
  const child = vireo(args)
  const code = await child.ended
  return { code, errors: child.errors(), out: child.lines }
}

describe.skipIf(!ready)('vireo train search', () => {
  it('tries every combination, says which is best, and goes on where it was', async () => {
    const out = join(folder, 'run')
    const search = [...base, '--out', out, '--grid', 'learningRate=1e-4,3e-3']
    const first = await run([...search, '--grid', 'epochs=1'])
    expect(first.code, first.errors).toBe(0)
    expect(first.errors).toMatch(
      /trial 2 of 2: peakRate=0\.003 epochs=1: accuracy [\d.]+, loss [\d.]+, epoch 1/,
    )
    expect(first.errors).toMatch(/left/)
    expect(first.out[0]).toMatch(/^ +peakRate +epochs +accuracy +loss +epoch +folder$/)
    expect(first.out.filter((line) => line.startsWith('*'))).toHaveLength(1)
    expect(existsSync(join(out, 'trained', 'model.json'))).toBe(true)
    expect(existsSync(join(out, 'pretrained'))).toBe(false)

    const known = first.out.slice(1, 3).map((line) => line.split(/\s+/).at(-1)!)
    const histories = () =>
      known.map((name) => readFileSync(join(out, 'search', name, 'history.jsonl'), 'utf8'))
    const before = histories()

    const second = await run([...search, '--grid', 'epochs=1,2', '--json'])
    expect(second.code, second.errors).toBe(0)
    const told = JSON.parse(second.out.join('')) as {
      best: { peakRate: number }
      bestTrial: { changes: { peakRate: number }; folder: string }
      trials: { folder: string; accuracy: number }[]
    }
    expect(told.trials).toHaveLength(4)
    expect(told.best.peakRate).toBe(told.bestTrial.changes.peakRate)
    const ended = second.errors.split('\n').filter((line) => line.startsWith('{"trial"'))
    expect(ended.map((line) => (JSON.parse(line) as { count: number }).count)).toEqual([4, 4, 4, 4])
    // The two that were known are not trained again.
    expect(told.trials.map((trial) => trial.folder)).toEqual(expect.arrayContaining(known))
    expect(histories()).toEqual(before)
    const plan = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as {
      finetune: { peakRate: number }
    }
    expect(plan.finetune.peakRate).toBe(told.best.peakRate)
  })

  it.each([
    ['a field that no plan has', ['--grid', 'pace=1'], /TRAIN_PLAN.*pace: the plan has no such field/],
    ['values that go together with none', ['--grid', 'microBatch=3'], /TRAIN_PLAN.*microBatch: 3 does not/],
    ['no grid', [], /--grid/],
  ])('refuses %s', async (_name, more, message) => {
    const { code, errors } = await run([...base, '--out', join(folder, 'refused'), ...more])
    expect(code).not.toBe(0)
    expect(errors).toMatch(message)
  })
})
