import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { splitForEver } from '../../../../src/train/data/frozen-split.ts'
import { readFootage, readLabelledSet } from '../../../../src/train/data/labelled-set.ts'
import { initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { openRunFolder } from '../../../../src/train/run/run-folder.ts'
import { modelOf, readTrainedModel, writeTrainedModel } from '../../../../src/train/export/trained-model.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'

/** A folder with empty files at these paths. */
function folder(...paths: string[]): string {
  const dir = tempDir('labelled')
  for (const path of paths) {
    mkdirSync(join(dir, path, '..'), { recursive: true })
    writeFileSync(join(dir, path), '')
  }
  return dir
}

describe('labelled set', () => {
  it('reads a list with ranges, quotes and subjects, with paths from its folder', async () => {
    const dir = folder('a, b.mp4', 'c.mp4')
    const file = join(dir, 'labels.csv')
    writeFileSync(
      file,
      'path,label,subject,startMs,endMs\r\n"a, b.mp4",fall,anna,0,1500\r\n\r\nc.mp4,"say ""no""",ben,,\r\n',
    )
    const set = await readLabelledSet([file])
    expect(set.labels).toEqual(['fall', 'say "no"'])
    expect(set.items).toEqual([
      {
        id: 'a, b.mp4@0-1500',
        path: join(dir, 'a, b.mp4'),
        label: 'fall',
        group: 'anna',
        startMs: 0,
        endMs: 1500,
      },
      { id: 'c.mp4', path: join(dir, 'c.mp4'), label: 'say "no"', group: 'ben' },
    ])
    expect((await readLabelledSet([dir])).id).toBe(set.id)
    writeFileSync(join(dir, 'c.mp4'), 'more')
    expect((await readLabelledSet([dir])).id).not.toBe(set.id)
  })

  it('reads a folder for each label, with or without folders for groups', async () => {
    const dir = folder('fall/x.mp4', 'fall/anna/y.avi', 'walk/ben/z.mkv', 'walk/notes.txt')
    const { items } = await readLabelledSet([dir])
    expect(items.map(({ id, label, group }) => [id, label, group])).toEqual([
      ['fall/anna/y.avi', 'fall', 'anna'],
      ['fall/x.mp4', 'fall', 'fall/x'],
      ['walk/ben/z.mkv', 'walk', 'ben'],
    ])
    expect((await readFootage([dir])).map(({ label }) => label)).toEqual([null, null, null])
  })

  it.each([
    ['path,group\na,b\n', /labels\.csv:1: has no column label; there are path, group/],
    ['path,label,group\na.mp4,,g\n', /labels\.csv:2: label is empty/],
    ['path,label,group,startMs\na.mp4,b,g,soon\n', /labels\.csv:2: startMs "soon" is no number/],
    [
      'path,label,group\na.mp4,b,g\na.mp4,b,g\n',
      /labels\.csv:3: .*a\.mp4 is listed twice, with the label "b" here and "b" in .*labels\.csv:2/,
    ],
    ['path,label,group\nnowhere.mp4,b,g\n', /labels\.csv:2: .*nowhere\.mp4: is not there/],
    ['path,label,group,startMs,endMs\na.mp4,b,g,9,9\n', /labels\.csv:2: the part from 9 ms to 9 ms is empty/],
    ['path,label,group\n', /there is no labelled footage/],
  ])('says what is wrong with %j', async (text, message) => {
    const dir = folder('a.mp4')
    writeFileSync(join(dir, 'labels.csv'), text)
    await expect(readLabelledSet([dir])).rejects.toMatchObject({
      code: 'TRAIN_DATA',
      message: expect.stringMatching(message),
    })
  })

  it('takes files of two folders that are called alike for two files, each a group', async () => {
    const dir = folder('a/fall/1.mp4', 'a/walk/1.mp4', 'b/fall/1.mp4', 'b/fall/2.mp4', 'b/walk/anna/1.mp4')
    const [a, b] = [join(dir, 'a'), join(dir, 'b')]
    const { items } = await readLabelledSet([a, b])
    expect(items.map(({ id, group }) => [id, group])).toEqual([
      ['fall/1.mp4', 'fall/1'],
      ['walk/1.mp4', 'walk/1'],
      [join(b, 'fall/1.mp4'), join(b, 'fall/1')],
      ['fall/2.mp4', 'fall/2'],
      ['walk/anna/1.mp4', 'anna'],
    ])
    // What was alone before keeps its names, so that its groups stay on their sides.
    expect((await readLabelledSet([a])).items.map(({ group }) => group)).toEqual(['fall/1', 'walk/1'])
  })

  it('takes rows of two lists that are called alike for two files, and a named group for one', async () => {
    const dir = folder('a/1.mp4', 'a/2.mp4', 'b/1.mp4')
    writeFileSync(join(dir, 'a/labels.csv'), 'path,label\n1.mp4,fall\n2.mp4,walk\n')
    writeFileSync(join(dir, 'b/labels.csv'), 'path,label,group\n1.mp4,fall,anna\n')
    const { items } = await readLabelledSet([join(dir, 'a'), join(dir, 'b')])
    expect(items.map(({ id, group }) => [id, group])).toEqual([
      ['1.mp4', '1'],
      ['2.mp4', '2'],
      [join(dir, 'b/1.mp4'), 'anna'],
    ])
  })

  it('has parts of one file in one group, whatever the lists say', async () => {
    const dir = folder('a.mp4', 'b.mp4')
    const rows = ['a.mp4,fall,g1,0,900', 'a.mp4,walk,g2,900,1800', 'b.mp4,walk,g2,,']
    writeFileSync(join(dir, 'labels.csv'), ['path,label,group,startMs,endMs', ...rows].join('\n'))
    const { items } = await readLabelledSet([dir])
    expect(items.map(({ group }) => group)).toEqual(['g1', 'g1', 'g1'])
  })

  it('refuses a video that lies in no label', async () => {
    await expect(readLabelledSet([folder('a.mp4')])).rejects.toThrow(/lies in no folder that names its label/)
  })
})

describe('split for ever', () => {
  const item = (group: number) => ({ id: `i${group}`, group: `g${group}`, label: 'a' })
  const shares = { train: 0.5, validation: 0.25, test: 0.25 }

  it('leaves every group where it was when others come and go', async () => {
    const file = join(folder(), 'model/split.json')
    const items = Array.from({ length: 12 }, (_, n) => item(n))
    const first = await splitForEver({ file, items, shares, seed: 1 })
    expect(first.leaks).toEqual([])
    const sides = JSON.parse(readFileSync(file, 'utf8'))
    const later = [...items.slice(3), ...Array.from({ length: 20 }, (_, n) => item(100 + n))]
    const second = await splitForEver({ file, items: later, shares, seed: 9 })
    for (const side of ['train', 'validation', 'test'] as const)
      for (const { group } of second.split[side]) if (group in sides) expect(sides[group]).toBe(side)
    expect(second.split.test.length + second.split.train.length + second.split.validation.length).toBe(29)
  })

  it('says when a side is empty today, and when its file is damaged', async () => {
    const file = join(folder(), 'split.json')
    writeFileSync(file, '{"g0":"train","g1":"train","g2":"train","g3":"train"}')
    const items = [0, 1, 2, 3].map(item)
    await expect(splitForEver({ file, items, shares, seed: 1 })).rejects.toMatchObject({
      code: 'TRAIN_SPLIT',
    })
    writeFileSync(file, '{"g0":"nowhere"}')
    await expect(splitForEver({ file, items, shares, seed: 1 })).rejects.toMatchObject({ code: 'TRAIN_DATA' })
  })
})

describe('run folder', () => {
  const open = (runsDir: string, identity = 'x') =>
    openRunFolder({ runsDir, model: 'actions', identity, clock: createFakeClock().clock })

  it('does each step once, across processes, and begins anew after the end', async () => {
    const runsDir = folder()
    let worked = 0
    const work = async () => {
      worked += 1
      return { at: worked, none: undefined }
    }
    const first = await open(runsDir)
    expect(first.id).toBe('19700101-000001-actions')
    expect(await first.step('a', work)).toEqual({ at: 1 })
    await expect(
      first.step('b', async () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    const second = await open(runsDir)
    expect([second.resumed, second.dir]).toEqual([true, first.dir])
    expect(await second.step('a', work)).toEqual({ at: 1 })
    expect(await second.step('b', work)).toEqual({ at: 2 })
    await second.finish()
    expect((await open(runsDir)).resumed).toBe(false)
  })

  it('leaves a run alone that was about something else', async () => {
    const runsDir = folder()
    const first = await open(runsDir)
    await first.step('a', async () => 1)
    const other = await open(runsDir, 'y')
    expect(other.resumed).toBe(false)
  })
})

describe('trained model', () => {
  const preset = {
    name: 'nano',
    clip: { frames: 4, heightPx: 16, widthPx: 16 },
    patchPx: 8, tubeletFrames: 2, width: 16, heads: 2, hidden: 32, depthSpace: 1, depthTime: 1,
  }

  it('comes back as it was, and is refused when its files do not fit', async () => {
    const dir = folder()
    const { total } = layOut(modelOf({ preset, labels: ['a', 'b'] }).parameters)
    const weights = Float32Array.from({ length: total }, (_, n) => n / 7)
    const looks = { ...preset, input: 'motion', pooling: 'max' } as const
    const looking = initialWeights(layOut(modelOf({ preset: looks, labels: ['a'] }).parameters), () => 0.5)
    const other = { preset: looks, labels: ['a'], sampleFps: 8, weights: looking }
    await writeTrainedModel(dir, other)
    expect(await readTrainedModel(dir)).toEqual(other)
    await writeTrainedModel(dir, { preset, labels: ['a', 'b'], sampleFps: 8, weights })
    expect(await readTrainedModel(dir)).toEqual({ preset, labels: ['a', 'b'], sampleFps: 8, weights })
    writeFileSync(join(dir, 'weights.bin'), new Uint8Array(8))
    await expect(readTrainedModel(dir)).rejects.toThrow(/weights\.bin has 8 bytes, the model/)
    await expect(readTrainedModel(join(dir, 'none'))).rejects.toMatchObject({ code: 'TRAIN_DATA' })
  })
})
