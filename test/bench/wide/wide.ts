import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installModel } from '../../../pipelines/model/install-model.ts'
import { findEntry, readCatalogue } from '../../../src/catalogue/read-catalogue.ts'
import { parseImportOptions } from '../../../src/cli/model/model-options.ts'
import { overlapOf } from '../../../src/core/box-overlap.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { BoxPx } from '../../../src/core/detection.ts'
import { createRandom } from '../../../src/core/random.ts'
import { humanModels } from '../../support/human-models.ts'
import { type BenchOptions, type BenchReport, bar, machine, median, rounded } from '../report.ts'
import { createLook, type Look } from './look.ts'
import { composed, emptyScene, filmPictures, type Picture, placed, resized } from './scenes.ts'

const root = join(import.meta.dirname, '../../..')
const cacheDir = join(root, '.cache/wide')

interface Choice {
  readonly name: string
  readonly model: 'people' | 'objects'
  readonly size?: string
  readonly tiles?: string
}

/** The ways to see people who are small in the picture. */
const choices: readonly Choice[] = [
  { name: 'people', model: 'people', size: '256x256' },
  { name: 'people 448x256', model: 'people', size: '448x256' },
  { name: 'people 640x384', model: 'people', size: '640x384' },
  { name: 'people, tiles 2x1', model: 'people', size: '256x256', tiles: '2x1' },
  { name: 'people, tiles 3x2', model: 'people', size: '256x256', tiles: '3x2' },
  { name: 'objects', model: 'objects' },
  { name: 'objects, tiles 2x1', model: 'objects', tiles: '2x1' },
  { name: 'objects, tiles 3x2', model: 'objects', tiles: '3x2' },
]
/** How tall people are in a picture of 640 x 360. */
const heights = [20, 30, 40, 60]
/** Detections from here on count as found: sure ones. The catalogue lets `people` start a track from 0.2 on. */
const threshold = { people: 0.3, objects: 0.5 } as const
const sameIou = 0.3

/**
 * People of a real film, made small and put into an empty car park: how many of them each way to look finds, how many
 * boxes are of nobody, and what a picture costs on one thread.
 */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const film = filmPictures(smoke ? 40 : 5)
  const empty = emptyScene()
  const truth = await createLook(await installed('people'), null)
  const people: { picture: Picture; box: BoxPx }[] = []
  for (const picture of film) {
    const [found] = (await truth.find(picture)).found.filter(({ score }) => score >= 0.4)
    if (found) people.push({ picture, box: found.box })
  }
  await truth.close()
  log(`${people.length} people in ${film.length} pictures`)
  const figures: Record<string, number> = { people: people.length }
  const recall = new Map<string, number>()
  for (const choice of smoke ? choices.slice(3, 4) : choices) {
    const { name, model, size, tiles } = choice
    const look = await createLook(await installed(model, size), tiles ?? null)
    const times: number[] = []
    for (const heightPx of smoke ? [30] : heights) {
      const { found, wrong } = await judge(look, { people, empty, heightPx, least: threshold[model], times })
      recall.set(`${name} ${heightPx}`, (100 * found) / people.length)
      figures[`${name}: of people ${heightPx} px tall found, %`] = rounded((100 * found) / people.length)
      figures[`${name}: boxes of nobody at ${heightPx} px`] = wrong
    }
    figures[`${name}: ms a picture`] = rounded(median(times))
    log(
      `${name}: ${heights.map((height) => recall.get(`${name} ${height}`)?.toFixed(0)).join(' ')} % in ${median(times).toFixed(0)} ms`,
    )
    await look.close()
  }
  const of = (name: string) => recall.get(name) ?? 0
  return {
    bench: 'wide',
    machine: machine(),
    figures,
    bars: [
      bar('people 60 px tall found by people 640x384, %', rounded(of('people 640x384 60')), '>=', 80),
      bar(
        'people 40 px tall found by objects with tiles 2x1, %',
        rounded(of('objects, tiles 2x1 40')),
        '>=',
        80,
      ),
    ],
  }
}

async function judge(
  look: Look,
  plan: {
    readonly people: readonly { picture: Picture; box: BoxPx }[]
    readonly empty: Picture
    readonly heightPx: number
    readonly least: number
    readonly times: number[]
  },
) {
  const { people, empty, heightPx, least, times } = plan
  const random = createRandom(heightPx)
  let [found, wrong] = [0, 0]
  for (const { picture, box } of people) {
    const scale = heightPx / box.heightPx
    const small = resized(picture, {
      widthPx: Math.round(picture.widthPx * scale),
      heightPx: Math.round(picture.heightPx * scale),
    })
    const at = {
      xPx: random.int(0, Math.max(0, empty.widthPx - small.widthPx)),
      yPx: random.int(0, Math.max(0, empty.heightPx - small.heightPx)),
    }
    const scene = composed(empty, small, at)
    const { found: seen, ms } = await look.find(scene)
    times.push(ms)
    const boxes = seen.filter(({ label, score }) => label === 'person' && score >= least)
    const right = boxes.filter((each) => overlapOf(each.box, placed(box, scale, at)) >= sameIou)
    if (right.length > 0) found += 1
    wrong += boxes.length - Math.min(1, right.length)
  }
  return { found, wrong }
}

/** A bundle of the catalogue, installed once. */
async function installed(name: string, size?: string): Promise<string> {
  const entry = findEntry(readCatalogue(join(root, 'models/catalogue.json')), name)
  const outDir = join(cacheDir, `${name}-${size ?? 'usual'}-${entry.version}`)
  if (existsSync(join(outDir, 'bundle.json'))) return outDir
  await installModel({
    entry,
    outDir,
    from: humanModels().archive!,
    spawn,
    clock: systemClock,
    ...(size !== undefined && { size }),
    onProgress: () => {},
    planImport: parseImportOptions,
  })
  return outDir
}
