import type { Command } from 'commander'
import type { DatasetOptions } from '../../../../pipelines/site/dataset.ts'
import { AppError } from '../../../core/errors.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import type { DatasetCounts, SideCounts } from '../../../review/dataset-counts.ts'
import { type DatasetManifest, datasetSides } from '../../../review/dataset-manifest.ts'
import { datasetReferenceText, readDataset } from '../../../review/dataset-reference.ts'

interface Common {
  config: string
  json?: boolean
}
interface BuildOptions extends Common {
  name: string
  seed: string
  shares: string
}

const config = ['-c, --config <file>', 'configuration file', 'config/vireo.yaml'] as const
const nameOption = ['--name <name>', 'name of the dataset', 'site'] as const
const seedOption = ['--seed <n>', 'seed of the split of new groups', '1'] as const
const sharesOption = ['--shares <a,b,c>', 'shares of train, validation and test', '0.7,0.15,0.15'] as const
const backgroundOption = [
  '--background <label>',
  'label of what shows none of the others',
  'background',
] as const
const versionArgument = datasetReferenceText

export function registerDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .description('What models learn from: versions that never change.')
  dataset
    .command('build')
    .description('A new version of everything that was judged, split by camera and day.')
    .option(...config)
    .option(...nameOption)
    .option(...seedOption)
    .option(...sharesOption)
    .option('--json', 'as JSON')
    .action(async (options: BuildOptions) => {
      const { buildDatasetVersion } = await import('../../../../pipelines/site/dataset.ts')
      await show(await buildDatasetVersion(await commonOf(options)), options.json)
    })
  dataset
    .command('import')
    .description('A new version with footage that another tool labelled. Nothing is copied.')
    .argument('<source>', 'a .csv, a COCO .json, a CVAT .xml, or a folder with a folder for each label')
    .option(...config)
    .option(...nameOption)
    .option(...seedOption)
    .option(...sharesOption)
    .option(...backgroundOption)
    .option('--root <folder>', "where relative paths start; the source's folder unless given")
    .option('--fps <n>', 'frame rate of the tracks in a CVAT file')
    .option('--new', 'labels may be new: no model and no dataset has them yet')
    .option('--json', 'as JSON')
    .action(
      async (
        source: string,
        options: BuildOptions & { background: string; root?: string; fps?: string; new?: boolean },
      ) => {
        const { importDataset } = await import('../../../../pipelines/site/dataset.ts')
        const { background, root, fps, json } = options
        if (fps !== undefined && !(Number(fps) > 0))
          throw new AppError('API_BAD_REQUEST', `--fps ${fps}: give frames per second, more than 0`)
        const startedMs = performance.now()
        const manifest = await importDataset({
          ...(await commonOf(options)),
          source,
          background,
          known: options.new ? [] : await labelsInUse(options.config),
          ...(root === undefined ? {} : { root }),
          ...(fps === undefined ? {} : { fps: Number(fps) }),
          onProgress(done, total) {
            if (json || (done % 20 !== 0 && done !== total)) return
            const leftS = (((performance.now() - startedMs) / done) * (total - done)) / 1000
            process.stderr.write(`${done}/${total} read, ${Math.ceil(leftS)} s left\n`)
          },
        })
        await show(manifest, json)
      },
    )
  dataset
    .command('list')
    .description('Datasets and their versions.')
    .option(...config)
    .option('--json', 'one dataset a line')
    .action(async (options: Common) => {
      for (const each of (await openFolder(options.config)).list()) {
        const versions = each.versions.map((version) => `v${version}`).join(' ')
        process.stdout.write(options.json ? `${JSON.stringify(each)}\n` : `${each.name}  ${versions}\n`)
      }
    })
  dataset
    .command('show')
    .description('What is in a version: labels by side, groups.')
    .argument('<version>', versionArgument)
    .option(...config)
    .option('--json', 'the manifest')
    .action(async (version: string, options: Common) => {
      await show(readDataset(await openFolder(options.config), version), options.json)
    })
  dataset
    .command('diff')
    .description('What a version has otherwise than another one.')
    .argument('<before>', versionArgument)
    .argument('<after>', versionArgument)
    .option(...config)
    .option('--json', 'as JSON')
    .action(async (before: string, after: string, options: Common) => {
      const { diffDatasets } = await import('../../../review/diff-datasets.ts')
      const folder = await openFolder(options.config)
      const diff = diffDatasets(readDataset(folder, before), readDataset(folder, after))
      if (options.json) process.stdout.write(`${JSON.stringify(diff)}\n`)
      else
        process.stdout.write(
          [
            ...diff.added.map(({ id, labels }) => `+ ${id}  ${labels.join(', ') || 'none'}`),
            ...diff.removed.map(({ id }) => `- ${id}`),
            ...diff.changed.map(
              (change) => `~ ${change.id}  ${change.field}: ${change.before} → ${change.after}`,
            ),
          ]
            .map((line) => `${cleanLine(line)}\n`)
            .join('') || 'the same\n',
        )
    })
  dataset
    .command('export')
    .description('A version for another tool.')
    .argument('<version>', versionArgument)
    .requiredOption('--to <file>', 'file to write')
    .option(...config)
    .option(...backgroundOption)
    .option('--format <format>', 'csv, coco or cvat', 'csv')
    .action(async (version: string, options: Common & { to: string; background: string; format: string }) => {
      const manifest = readDataset(await openFolder(options.config), version)
      const text = await exportedText(manifest, options)
      const { writeFile } = await import('node:fs/promises')
      await writeFile(options.to, text).catch((cause: Error) => {
        throw new AppError('API_BAD_REQUEST', `--to ${options.to}: cannot be written (${cause.message})`, {
          cause,
        })
      })
      process.stdout.write(`${options.to}\n`)
    })
}

async function exportedText(manifest: DatasetManifest, options: { format: string; background: string }) {
  const { format } = options
  if (format === 'csv')
    return (await import('../../../review/dataset-csv.ts')).datasetToCsv(manifest, options)
  if (format === 'coco') return (await import('../../../review/dataset-coco.ts')).datasetToCoco(manifest)
  if (format === 'cvat') return (await import('../../../review/dataset-cvat.ts')).datasetToCvat(manifest)
  throw new AppError('API_BAD_REQUEST', `--format ${format}: give csv, coco or cvat`)
}

async function openFolder(configFile: string) {
  const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
  const { openDatasetFolder } = await import('../../../review/dataset-folder.ts')
  return openDatasetFolder(loadConfigToRead(configFile).dataDir)
}

async function labelsInUse(configFile: string): Promise<string[]> {
  const { loadConfig } = await import('../../../config/load.ts')
  const { knownLabels } = await import('../../../../pipelines/site/known-labels.ts')
  return knownLabels(loadConfig(configFile), { nowMs: Date.now })
}

async function commonOf(options: BuildOptions): Promise<DatasetOptions> {
  const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
  const seed = Number(options.seed)
  if (!Number.isInteger(seed))
    throw new AppError('API_BAD_REQUEST', `--seed ${options.seed}: give a whole number`)
  const shares = options.shares.split(',').map(Number)
  if (shares.length !== 3 || shares.some((share) => !(share >= 0)))
    throw new AppError(
      'API_BAD_REQUEST',
      `--shares ${options.shares}: give three numbers such as 0.7,0.15,0.15`,
    )
  const [train, validation, test] = shares as [number, number, number]
  return {
    dataDir: loadConfigToRead(options.config).dataDir,
    name: options.name,
    seed,
    shares: { train, validation, test },
    clock: { nowMs: Date.now },
  }
}

async function show(manifest: DatasetManifest, json: boolean | undefined): Promise<void> {
  const { countDataset } = await import('../../../review/dataset-counts.ts')
  process.stdout.write(
    json ? `${JSON.stringify(manifest)}\n` : describeDataset(manifest, countDataset(manifest)),
  )
}

/** A table for people: clips of every label on every side. */
export function describeDataset({ name, version, parent }: DatasetManifest, counts: DatasetCounts): string {
  const row = (title: string, cells: readonly (string | number)[]) =>
    [cleanLine(title).padEnd(20), ...cells.map((cell) => String(cell).padStart(12))].join('')
  const of = (clips: SideCounts) => datasetSides.map((side) => clips[side])
  return [
    `${name} v${version}${parent === null ? '' : ` (after v${parent})`}: ${counts.clips} clips of ${counts.groups} groups`,
    row('label', datasetSides),
    ...counts.labels.map(({ label, clips }) => row(label, of(clips))),
    row('none of them', of(counts.none)),
    '',
  ].join('\n')
}
