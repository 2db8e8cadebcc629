import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { teachingPlan } from '../../../pipelines/learn/teach.ts'
import { loadConfig } from '../../config/load.ts'
import type { LearningConfig } from '../../config/schema/learning-schema.ts'
import { shippedActions } from '../init/install-people.ts'
import { runLearning } from '../learn/run-learning.ts'
import { choice } from '../options/choice.ts'
import { inputPath } from '../options/input-path.ts'
import { slug } from '../options/slug.ts'
import { configOption, defaultConfigFile, jsonOption } from '../options/usual-options.ts'
import { printLine } from '../print-line.ts'
import { stopOnSignal } from '../show-progress.ts'

const kinds = ['auto', 'skeleton', 'clip'] as const

interface Options {
  config: string
  name?: string
  data?: string
  kind?: (typeof kinds)[number]
  json?: boolean
}

export function teach(command: Command): void {
  command.registeredArguments[0]!.argParser(inputPath)
  command
    .addOption(configOption('configuration file, where there is one'))
    .option('--name <name>', 'name of the model; that of the configuration, or "taught"', slug)
    .option(
      '--kind <kind>',
      `what is taught: ${kinds.join(', ')}; auto compares what is there`,
      choice(kinds),
    )
    .option('--data <folder>', 'data folder; that of the configuration, or "data"')
    .addOption(jsonOption('progress (stderr) and result as JSON lines'))
    .action(async (folder: string, options: Options) => {
      const startedMs = performance.now()
      const { dataDir, model, given, models = installed() } = placeOf(options)
      const shipped = shippedActions()
      const kind = options.kind ?? usualKind(given)
      const json = options.json ?? false
      const outcome = await runLearning({
        learning: await teachingPlan({ folder, model, kind, ...(given && { given }) }),
        dataDir,
        // The model of the configuration goes first.
        site: [...models, ...(shipped ? [{ name: 'shipped', path: shipped.path }] : [])],
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
      printLine(`${minutes.toFixed(1)} min from the folder; ${next}`)
    })
}

function weakest({ reasons }: { reasons: readonly { rule: string; holds: boolean }[] }): string {
  return reasons.some(({ rule, holds }) => rule === 'classes' && !holds)
    ? 'the labels named above'
    : 'what is confused in the report'
}

/** Where versions are kept, and what the configuration says of learning. */
function placeOf({ config: file, name, data }: Options) {
  // Without a configuration the folder is enough; one that is named must be there.
  if (file === defaultConfigFile && !existsSync(file))
    return { dataDir: data ?? 'data', model: name ?? 'taught', given: undefined }
  const { dataDir, models, learning } = loadConfig(file)
  const registered = models.flatMap(({ registry }) => (registry === undefined ? [] : [registry]))
  const model = name ?? learning?.model ?? (registered.length === 1 ? registered[0]! : 'taught')
  return { dataDir: data ?? dataDir, model, given: learning, models }
}

/** The models of people that `vireo model install` puts here when nothing else is said. */
function installed(): { name: string; path: string }[] {
  return ['people', 'pose']
    .map((name) => ({ name, path: join('models', name) }))
    .filter(({ path }) => existsSync(join(path, 'bundle.json')))
}

/** Whoever named no network gets the way that recognises most. */
function usualKind(given: LearningConfig | undefined): LearningConfig['kind'] {
  if (!given) return 'auto'
  const named = given.network !== 'auto' || given.preset !== 'nano' || given.backbone !== undefined
  return given.kind === 'clip' && !named ? 'auto' : given.kind
}

function commandOf(folder: string, { config, name, data, kind }: Options): string {
  const parts = [
    ...(config === defaultConfigFile ? [] : ['-c', config]),
    ...(name === undefined ? [] : ['--name', name]),
    ...(data === undefined ? [] : ['--data', data]),
    ...(kind === undefined ? [] : ['--kind', kind]),
  ]
  return ['vireo teach', folder, ...parts].join(' ')
}
