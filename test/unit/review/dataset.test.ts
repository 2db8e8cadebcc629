import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BuildDatasetOptions, buildDataset } from '../../../src/review/build-dataset.ts'
import { datasetFromCoco, datasetToCoco } from '../../../src/review/dataset-coco.ts'
import { datasetFromCsv, datasetToCsv } from '../../../src/review/dataset-csv.ts'
import { datasetFromCvat, datasetToCvat } from '../../../src/review/dataset-cvat.ts'
import { openDatasetFolder } from '../../../src/review/dataset-folder.ts'
import { findLeaks } from '../../../src/review/dataset-leaks.ts'
import { parseManifest, sealManifest } from '../../../src/review/dataset-manifest.ts'
import { diffDatasets } from '../../../src/review/diff-datasets.ts'
import type { ReviewedItem } from '../../../src/review/review-store.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { assign, dayMs, judged, week } from './judged-item.ts'

const shares = { train: 0.6, validation: 0.2, test: 0.2 }
const build = (items: readonly ReviewedItem[], more: Partial<BuildDatasetOptions> = {}) =>
  buildDataset({ name: 'site', items, parent: null, shares, seed: 1, nowMs: 7, assign, ...more })
const rejected = { fact: { verdict: 'reject', labels: [] } } as const

describe('building a dataset', () => {
  it('says what each clip shows: confirmed, relabelled and trimmed, or denied', () => {
    const trimmed = { verdict: 'relabel', labels: ['walking'], startMs: 1000, endMs: 2500 } as const
    const manifest = build([
      ...week(),
      judged('b1', 5 * dayMs, { fact: trimmed }),
      judged('b2', 6 * dayMs, rejected),
      judged('b3', 7 * dayMs, { fact: { verdict: 'unsure', labels: [] } }),
      judged('b4', 7 * dayMs, { current: null, facts: [] }),
    ])
    const of = (id: string) => manifest.entries.find((entry) => entry.id === id)
    expect(of('b1')).toMatchObject({
      labels: ['walking'],
      notLabels: ['falling'],
      startMs: 1000,
      endMs: 2500,
      recordedMs: 5 * dayMs + 1000,
    })
    expect(of('b2')).toMatchObject({ labels: [], notLabels: ['falling'] })
    expect([of('b3'), of('b4')]).toEqual([undefined, undefined])
    expect(manifest.labels).toEqual(['falling', 'walking'])
    expect(manifest.entries[0]!.group).toBe('gate/1970-01-01')
  })

  it('takes the part for which the model said it, unless a person gave another one', () => {
    const said = { saidFromMs: 5000, saidToMs: 6500 }
    const { entries } = build([
      ...week(),
      judged('b1', 5 * dayMs, said),
      judged('b2', 6 * dayMs, { ...said, ...rejected }),
      judged('b3', 7 * dayMs, { ...said, fact: { startMs: 5200 } }),
    ])
    const partOf = (id: string) => {
      const { startMs, endMs, recordedMs } = entries.find((entry) => entry.id === id)!
      return [startMs, endMs, recordedMs % dayMs]
    }
    expect(partOf('b1')).toEqual([5000, 6500, 5000])
    expect(partOf('b2')).toEqual([5000, 6500, 5000])
    expect(partOf('b3')).toEqual([5200, 8000, 5200])
    expect(partOf('a0')).toEqual([0, 8000, 0])
  })

  it('never has a day of a camera, a file or a moment on two sides', () => {
    const clip = fc.record({
      cameraId: fc.constantFrom('gate', 'yard'),
      startedMs: fc.integer({ min: 0, max: 12 * dayMs }),
      file: fc.integer({ min: 0, max: 40 }),
    })
    fc.assert(
      fc.property(fc.array(clip, { minLength: 12, maxLength: 40 }), (clips) => {
        const items = clips.map(({ cameraId, startedMs, file }, n) =>
          judged(`c${n}`, startedMs, { cameraId, sha256: String(file).padStart(64, '0') }),
        )
        let manifest: ReturnType<typeof build>
        try {
          manifest = build(items)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'TRAIN_SPLIT' })
          return
        }
        expect(manifest.entries).toHaveLength(items.length)
        expect(findLeaks(manifest.entries)).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('keeps the hold-out: groups of the version before stay on their sides', () => {
    const first = build(week())
    const later = [8, 9, 10].map((day) => judged(`d${day}`, day * dayMs))
    const second = build([...week(), ...later], { parent: first, seed: 99 })
    const sides = new Map(second.entries.map(({ id, side }) => [id, side]))
    for (const { id, side } of first.entries) expect(sides.get(id)).toBe(side)
    expect(second).toMatchObject({ version: 2, parent: 1 })
  })

  it('refuses an empty one, and says what to do', () => {
    expect(() => build([])).toThrow(/vireo review label/)
  })

  it('finds leaks of every kind', () => {
    const { entries } = build(week())
    const on = (wanted: string) => entries.find(({ side }) => side === wanted)!
    const kinds = (change: object) =>
      findLeaks([on('train'), { ...on('test'), ...change }]).map(({ kind }) => kind)
    expect(kinds({})).toEqual([])
    expect(kinds({ group: on('train').group })).toEqual(['group'])
    expect(kinds({ sha256: on('train').sha256 })).toEqual(['file'])
    expect(kinds({ recordedMs: on('train').recordedMs + 100 })).toEqual(['time'])
  })

  it('tells versions apart', () => {
    const first = build(week())
    const changed = week().map((item) => (item.id === 'a5' ? judged('a5', item.startedMs, rejected) : item))
    const second = build([...changed.slice(1), judged('d1', 9 * dayMs)], { parent: first })
    const diff = diffDatasets(first, second)
    expect(diff.added.map(({ id }) => id)).toEqual(['d1'])
    expect(diff.removed.map(({ id }) => id)).toEqual(['a0'])
    expect(diff.changed).toEqual([
      { id: 'a5', field: 'labels', before: 'falling', after: 'none, not falling' },
    ])
  })
})

describe('dataset folder', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = tempDir('datasets')
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  it('keeps versions and never writes over one', async () => {
    const folder = openDatasetFolder(dataDir)
    expect(folder.newest('site')).toBeNull()
    const manifest = build(week())
    const path = await folder.write(manifest)
    expect(folder.read('site')).toEqual(manifest)
    await expect(folder.write({ ...manifest, seed: 2 })).rejects.toMatchObject({ code: 'TRAIN_DATA' })
    expect(folder.list()).toEqual([{ name: 'site', versions: [1] }])
    expect(() => folder.read('site', 4)).toThrow(/there are v1/)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"falling"', '"walking"'))
    expect(() => folder.read('site')).toThrow(/changed after it was made/)
  })

  it('names the field of a manifest that is wrong', () => {
    const text = JSON.stringify({ ...build(week()), version: 0 })
    expect(() => parseManifest(text, 'v0.json')).toThrow(/v0.json: version/)
  })
})

describe('other tools', () => {
  const background = 'background'
  const two = { verdict: 'relabel', labels: ['running', 'walking'], startMs: 500, endMs: 2500 } as const
  const manifest = build([
    ...week(),
    judged('b1', 9 * dayMs, { fact: two }),
    judged('b2', 8 * dayMs, rejected),
  ])
  const expected = manifest.entries.map(({ path, labels, group, camera, startMs, endMs }) => ({
    path,
    labels,
    group,
    camera,
    startMs,
    endMs,
  }))

  it('give and take CSV', () => {
    const text = datasetToCsv(manifest, { background })
    const read = datasetFromCsv(text, 'a.csv', { background })
    expect(read).toEqual(expected.map((entry, n) => ({ ...entry, at: `a.csv:${n + 2}` })))
  })

  it('give and take COCO', () => {
    expect(datasetFromCoco(datasetToCoco(manifest), 'a.json')).toEqual(expected)
  })

  it('give and take CVAT', () => {
    expect(datasetFromCvat(datasetToCvat(manifest), 'a.xml', { background })).toEqual(expected)
  })

  it('give tracks of a CVAT video, with its frame rate', () => {
    const box = (frame: number, outside: number) => `<box frame="${frame}" outside="${outside}"/>`
    const track = `<track id="0" label="falling">${box(50, 0)}${box(99, 0)}${box(100, 1)}</track>`
    const xml = `<annotations><meta><task><source>day.mp4</source></task></meta>${track}</annotations>`
    expect(() => datasetFromCvat(xml, 'a.xml', { background })).toThrow(/--fps/)
    expect(datasetFromCvat(xml, 'a.xml', { background, fps: 25 })).toEqual([
      { path: 'day.mp4', labels: ['falling'], group: null, camera: null, startMs: 2000, endMs: 4000 },
    ])
  })

  it('give nothing of CVAT where nobody has said anything', () => {
    const none = (xml: string) => datasetFromCvat(xml, 'a.xml', { background, fps: 25 })
    expect(
      none('<annotations><meta/><image name="a"/><image name="b"><tag label="x"/></image></annotations>'),
    ).toEqual([{ path: 'b', labels: ['x'], group: null, camera: null, startMs: null, endMs: null }])
    const empty = '<track label="a"/><track label="b"><box frame="3" outside="1"/></track>'
    expect(none(`<annotations><meta><job><source>c</source></job></meta>${empty}</annotations>`)).toEqual([])
  })

  const csv = (text: string) => () => datasetFromCsv(text, 'a.csv', { background })
  const cvat = (xml: string) => () => datasetFromCvat(xml, 'a.xml', { background, fps: 25 })
  const stray = {
    videos: [{ id: 1, file_name: 'a' }],
    categories: [],
    annotations: [{ video_id: 1, category_id: 3 }],
  }
  it.each([
    ['CSV without a path', csv('label\nwalk\n'), /a.csv:2: column "path"/],
    ['CSV with a wrong time', csv('path,label,startMs\na.mp4,walk,x\n'), /a.csv:2: startMs "x"/],
    [
      'an unknown category',
      () => datasetFromCoco(JSON.stringify(stray), 'a.json'),
      /annotations.0.category_id/,
    ],
    ['broken XML', () => datasetFromCvat('<annotations>\n<image>', 'a.xml', { background }), /a.xml, line/],
    ['XML without annotations', cvat('<other/>'), /a.xml: has no <annotations>/],
    [
      'an image without a name',
      cvat('<annotations><image/></annotations>'),
      /annotations.image\[0\].@name: is missing/,
    ],
    [
      'a tag without a label',
      cvat('<annotations><image name="a"><tag/></image></annotations>'),
      /annotations.image\[0\].tag\[0\].@label: is missing/,
    ],
    [
      'a track without a frame',
      cvat('<annotations><track label="a"><box frame="x"/></track></annotations>'),
      /annotations.track\[0\].box\[0\].@frame: must be the number of a frame/,
    ],
  ])('say what is wrong: %s', (_name, read, message) => {
    expect(read).toThrow(message)
  })

  it('may call the group a subject, as action data sets do', () => {
    expect(csv('path,label,subject\nwalk/a.avi,walk,daria\n')()).toEqual([
      {
        path: 'walk/a.avi',
        labels: ['walk'],
        group: 'daria',
        camera: null,
        startMs: null,
        endMs: null,
        at: 'a.csv:2',
      },
    ])
  })
})

describe('a dataset that was built can be read', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = tempDir('datasets')
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  it.each([
    ['begins before the clip', { saidFromMs: -67, saidToMs: 900 }, { startMs: 0, endMs: 900 }],
    ['ends after it', { saidFromMs: 7000, saidToMs: 9000 }, { startMs: 7000, endMs: 8000 }],
    ['lies before it', { saidFromMs: -900, saidToMs: -67 }, { startMs: 0, endMs: 8000 }],
    ['lies after it', { saidFromMs: 9000, saidToMs: 9900 }, { startMs: 0, endMs: 8000 }],
    ['is empty', { saidFromMs: 500, saidToMs: 500 }, { startMs: 0, endMs: 8000 }],
  ])('where the part that the model meant %s', async (_name, said, part) => {
    const folder = openDatasetFolder(dataDir)
    await folder.write(build([...week(), judged('b1', 8 * dayMs, said)]))
    expect(folder.read('site').entries.find(({ id }) => id === 'b1')).toMatchObject(part)
  })

  it('also where an earlier version has parts that begin before their clip', async () => {
    const { contentSha256: _, ...manifest } = build(week())
    const [first, ...rest] = manifest.entries
    const sealed = sealManifest({ ...manifest, entries: [{ ...first!, startMs: -67 }, ...rest] })
    const read = parseManifest(JSON.stringify(sealed), 'v1.json')
    expect(read.entries[0]!.startMs).toBe(0)
    const next = build(week(), { parent: read })
    expect(next.version).toBe(2)
  })

  it('and what could not be is refused when it is built, naming the clip', async () => {
    const { contentSha256: _, ...manifest } = build(week())
    const [first, ...rest] = manifest.entries
    const broken = { ...first!, endMs: Number.NaN }
    const write = (more: Partial<typeof manifest>) =>
      openDatasetFolder(dataDir).write(sealManifest({ ...manifest, ...more }))
    await expect(write({ entries: [broken, ...rest] })).rejects.toThrow(/dataset site v1: .*clip a0.*/)
    await expect(write({ name: 'My Site' })).rejects.toThrow(/name: a slug/)
    expect(openDatasetFolder(dataDir).list()).toEqual([])
  })
})
