import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyBundle } from '../../src/bundle/copy-bundle.ts'
import { type LoadedBundle, loadBundle } from '../../src/bundle/load-bundle.ts'
import type { ClipSource } from '../../src/train/data/clip-source.ts'
import { exportBundles } from '../../src/train/export/export-bundle.ts'
import { predictBundle } from '../../src/train/export/predict-bundle.ts'
import { cutHead } from '../../src/train/imported/cut-head.ts'
import { type ImportedModel, importGraph } from '../../src/train/imported/import-graph.ts'
import { createFrozenBackbone, type FrozenBackbone } from '../../src/train/models/frozen-backbone.ts'
import { fineTune } from '../../src/train/run/fine-tune.ts'
import { rememberEmbeddings } from '../../src/train/run/remember-embeddings.ts'
import type { TrainedRun } from '../../src/train/run/run-training.ts'
import { trainHead } from '../../src/train/run/train-head.ts'
import { layersOf } from '../../src/train/step/parameter-rates.ts'
import { cardOf, thresholdsOf } from './bundle-card.ts'
import { cacheDirOf, clipOf, type LearnJob, openClips, trainedDir } from './job.ts'
import { foldsOf, readUnseen } from './judge/cross-folds.ts'

/** Teaches the graph of a bundle, or a new head on it, and writes what was learned as a bundle of the run. */
export async function fineTuneImported(job: LearnJob, backbone: LoadedBundle): Promise<TrainedRun> {
  const { split, plans, learning, run, threads, clock, onProgress, signal, pause } = job
  // What cannot be taught is refused before footage is decoded.
  const model =
    learning.freeze === 'backbone' ? await openFrozen(job, backbone) : await importToTeach(job, backbone)
  const opened: ClipSource[] = []
  const open = async (side: 'train' | 'validation') => {
    // What cross-validation has judged is learned from, too.
    const crossed = foldsOf(job).length > 0
    const all = side === 'train' ? [...split.train, ...split.validation] : []
    const source = await openClips(job, crossed ? all : split[side])
    opened.push(source)
    return source
  }
  try {
    const options = {
      train: await open('train'),
      validation: await open('validation'),
      plan: plans.finetune,
      threads,
      clock,
      onProgress,
      signal,
      seed: learning.seed,
      ...(pause && { pause }),
      provider: learning.provider,
      runDir: join(run.dir, 'finetune'),
    }
    const trained =
      'embed' in model
        ? await trainHead({ ...options, model, start: null })
        : await fineTune({ ...options, model, start: model.start })
    const card = cardOf(job, model.labels, () => 0.5)
    await exportBundles({ model, weights: trained.weights, card, outDir: trainedDir(job) })
    return trained
  } finally {
    for (const source of opened) source.close()
    if ('embed' in model) await model.close()
  }
}

/** What was learned, as a bundle; quantised or not, runs go on from this one. */
export const trainedBundleDir = (job: Pick<LearnJob, 'run'>) => join(trainedDir(job), 'clip')

/** The bundle of the run with thresholds from the validation side. */
export async function exportImported(job: LearnJob, validation: ClipSource): Promise<LoadedBundle> {
  const { learning, threads, signal, run } = job
  const loaded = await loadBundle(trainedBundleDir(job))
  const labels = loaded.bundle.labels.map(({ name }) => name)
  const { viewsPerItem } = learning
  const unseen = await readUnseen(run.dir, labels)
  const said =
    unseen ?? (await predictBundle({ loaded, source: validation, labels, viewsPerItem, threads, signal }))
  const thresholdOf = thresholdsOf(said, unseen ? true : undefined)
  return copyBundle(loaded.dir, join(run.dir, 'export', 'clip'), {
    labels: loaded.bundle.labels.map((label, at) => ({ ...label, threshold: thresholdOf(at) })),
  })
}

/** The live version where it has grown from the same graph, else the backbone; with a new head for other labels. */
async function importToTeach(job: LearnJob, backbone: LoadedBundle): Promise<ImportedModel> {
  const own = await importBundle(job, backbone)
  const live = await liveBundle(job)
  if (!live) return own
  const grown = await importBundle(job, live).catch(() => null)
  return grown && sameTrunk(grown, own) ? grown : own
}

async function importBundle(job: LearnJob, { bundle, graphPath, dir }: LoadedBundle): Promise<ImportedModel> {
  const { set, learning } = job
  const labels = bundle.labels.map(({ name }) => name)
  const same = labels.toSorted().join('\n') === set.labels.toSorted().join('\n')
  return importGraph({
    name: dir,
    bytes: await readFile(graphPath),
    labels,
    ...(!same && { newHead: { labels: set.labels, seed: learning.seed } }),
  })
}

async function liveBundle({ learning, champion, registry }: LearnJob): Promise<LoadedBundle | null> {
  if (learning.startFrom === 'scratch' || champion === null || registry === null) return null
  const dir = registry.dirOf(learning.model, champion)
  const training = join(dir, 'training')
  return loadBundle(existsSync(join(training, 'bundle.json')) ? training : dir)
}

/** Whether two graphs have the same weights before their heads, by name and shape. */
function sameTrunk(a: ImportedModel, b: ImportedModel): boolean {
  const trunk = ({ parameters, clip }: ImportedModel) => {
    const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
    const names = layersOf(parameters).slice(0, -1).flat().sort()
    return JSON.stringify([clip, names.map((name) => [name, shapes.get(name)])])
  }
  return trunk(a) === trunk(b)
}

export async function openFrozen(
  job: LearnJob,
  { graphPath, dir, bundle }: LoadedBundle,
): Promise<FrozenBackbone> {
  const { set, threads, dataDir } = job
  const model = await createFrozenBackbone({
    name: dir,
    encoder: cutHead(await readFile(graphPath), dir),
    clip: clipOf(job),
    preprocessing: null,
    pool: 'fitting',
    every: true,
    frames: 'mean',
    labels: set.labels,
    hidden: 0,
    threads,
  })
  const graph = bundle.files.find(({ path }) => path === bundle.graph)!
  return rememberEmbeddings(model, { cacheDir: cacheDirOf(dataDir), encoderId: graph.sha256 })
}
