import type { Command } from 'commander'
import { AppError } from '../../core/errors.ts'

interface Options {
  config: string
  name?: string
  data?: string
  json?: boolean
}

export const defaultConfig = 'config/vireo.yaml'
const slug = /^[a-z0-9][a-z0-9-]{0,62}$/

export function registerTeach(program: Command): void {
  program
    .command('teach')
    .description(
      'From a folder of labelled clips to a live model: split, train, judge, gate, register, promote.',
    )
    .argument('<folder>', 'a folder for each label, or labels.csv with path,label and, if wanted, group')
    .option('-c, --config <file>', 'configuration file, where there is one', defaultConfig)
    .option('--name <name>', 'name of the model; that of the configuration, or "taught"')
    .option('--data <folder>', 'data folder; that of the configuration, or "data"')
    .option('--json', 'progress (stderr) and result as JSON lines')
    .action(async (folder: string, options: Options) => {
      const { availableParallelism } = await import('node:os')
      const { learnOnce } = await import('../../../pipelines/learn/learn-once.ts')
      const { stopOnSignal } = await import('../show-progress.ts')
      const { teachingPlan } = await import('../../../pipelines/learn/teach.ts')
      const startedMs = performance.now()
      const { dataDir, model, given } = await placeOf(options)
      const json = options.json ?? false
      const outcome = await learnOnce({
        learning: await teachingPlan({ folder, model, given }),
        dataDir,
        command: commandOf(folder, options),
        json,
        // Who teaches by hand waits for it.
        threads: availableParallelism(),
        signal: stopOnSignal(),
      })
      if (json) return
      const minutes = (performance.now() - startedMs) / 60_000
      const next =
        outcome.result === 'live'
          ? `to use it:  models: [{ name: ${model}, registry: ${model} }]  in the configuration with dataDir ${dataDir}`
          : `to make it better: clips of more people, days and places, above all of ${weakest(outcome.decision)}`
      process.stdout.write(`${minutes.toFixed(1)} min from the folder; ${next}\n`)
    })
}

function weakest({ reasons }: { reasons: readonly { rule: string; holds: boolean }[] }): string {
  return reasons.some(({ rule, holds }) => rule === 'classes' && !holds)
    ? 'the labels named above'
    : 'what is confused in the report'
}

/** Where versions are kept, and what the configuration says of learning. */
async function placeOf({ config: file, name, data }: Options) {
  const { existsSync } = await import('node:fs')
  if (name !== undefined && !slug.test(name))
    throw new AppError('API_BAD_REQUEST', `--name ${name}: give lower-case letters, digits and hyphens`)
  // Without a configuration the folder is enough; one that is named must be there.
  if (file === defaultConfig && !existsSync(file)) return { dataDir: data ?? 'data', model: name ?? 'taught' }
  const { loadConfig } = await import('../../config/load.ts')
  const { dataDir, models, learning } = loadConfig(file)
  const registered = models.flatMap(({ registry }) => (registry === undefined ? [] : [registry]))
  const model = name ?? learning?.model ?? (registered.length === 1 ? registered[0]! : 'taught')
  return { dataDir: data ?? dataDir, model, given: learning }
}

function commandOf(folder: string, { config, name, data }: Options): string {
  const parts = [
    ...(config === defaultConfig ? [] : ['-c', config]),
    ...(name === undefined ? [] : ['--name', name]),
    ...(data === undefined ? [] : ['--data', data]),
  ]
  return ['vireo teach', folder, ...parts].join(' ')
}
