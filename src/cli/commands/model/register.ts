import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import type { ModelRegistry } from '../../../registry/model-registry.ts'
import { wholeOrZeroOption } from '../../options/whole-option.ts'

interface Options {
  config: string
  json?: boolean
}

const configOption = ['-c, --config <file>', 'configuration file', 'config/vireo.yaml'] as const

/** The subcommands of `vireo model` that are about versions in the registry. */
export function registerRegistry(model: Command): void {
  model
    .command('register <bundle>')
    .description('Copy a model bundle into the registry as a version of its model.')
    .option(...configOption)
    .option('--reason <text>', 'where it comes from', 'registered by hand')
    .option('--json', 'JSON output')
    .action(async (bundle: string, options: Options & { reason: string }) => {
      await withRegistry(options, async (registry) => {
        const { loadBundle } = await import('../../../bundle/load-bundle.ts')
        const { codeVersion } = await import('../../code-version.ts')
        const { metrics, parent, dataset } = (await loadBundle(bundle)).bundle
        const lineage = await registry.add(bundle, {
          ...{ parent, dataset, metrics },
          config: { reason: options.reason },
          seed: null,
          code: await codeVersion(),
          command: `vireo model register ${bundle}`,
          run: null,
        })
        const { model: name, version } = lineage
        print(options.json ? JSON.stringify(lineage) : `${name} ${version} is in the registry`)
      })
    })

  model
    .command('show <name> [version]')
    .description(
      'A version and where it comes from (the live one unless named), and what happened to the model.',
    )
    .option(...configOption)
    .option('--verify', 'check the checksum of every file')
    .option('--json', 'JSON output')
    .action(async (name: string, version: string | undefined, options: Options & { verify?: boolean }) => {
      await withRegistry(options, async (registry) => {
        const state = registry.state(name)
        const shown = version ?? state.live ?? (await registry.versions(name))[0]?.version
        if (shown === undefined)
          throw new AppError('MODEL_NOT_FOUND', `the registry has no model ${name}`, { details: { name } })
        if (options.verify) await registry.verify(name, shown)
        const lineage = await registry.lineage(name, shown)
        const history = registry.history(name)
        const dir = registry.dirOf(name, shown)
        if (options.json) return print(JSON.stringify({ dir, state, lineage, history }))
        const { stringify } = await import('yaml')
        print(stringify({ folder: dir, ...state, lineage }).trimEnd())
        print('history:')
        for (const { atMs, action, version: of, who, reason } of history)
          print(
            cleanLine(
              `  ${new Date(atMs).toISOString()}  ${action.padEnd(8)} ${of.padEnd(10)} ${who}: ${reason}`,
            ),
          )
      })
    })

  model
    .command('promote <name> <version>')
    .description('Make a version live. A running vireo lets it judge live clips unheard first.')
    .option(...configOption)
    .option('--reason <text>', 'why; kept in the history', 'promoted by hand')
    .option('--now', 'without a shadow, even if the model is running')
    .option('--wait', 'end when the running vireo has taken it or refused it')
    .option('--json', 'JSON output')
    .action(async (name: string, version: string, options: PromoteOptions) => {
      await withRegistry(options, async (registry) => {
        const why = { reason: options.reason }
        const shadows = !options.now && registry.isAttended(name) && registry.state(name).live !== null
        if (shadows) await registry.shadow(name, version, why)
        else await registry.promote(name, version, why)
        if (shadows && options.wait) await decision(registry, name, version)
        const state = registry.state(name)
        const text =
          state.live === version
            ? `${name} ${version} is live${state.previous ? ` (before: ${state.previous})` : ''}`
            : `${name} ${version} judges live clips unheard; it takes over if it agrees (vireo model show ${name})`
        print(options.json ? JSON.stringify(state) : text)
      })
    })

  model
    .command('rollback <name>')
    .description('Go back to the version that was live before.')
    .option(...configOption)
    .option('--to <version>', 'an earlier version that was live')
    .option('--reason <text>', 'why; kept in the history', 'rolled back by hand')
    .option('--json', 'JSON output')
    .action(async (name: string, options: Options & { to?: string; reason: string }) => {
      await withRegistry(options, async (registry) => {
        const { to } = options
        const state = await registry.rollback(
          name,
          { reason: options.reason },
          to === undefined ? {} : { to },
        )
        print(options.json ? JSON.stringify(state) : `${name} ${state.live} is live again`)
      })
    })

  model
    .command('compare <name> <version> [other]')
    .description(
      'Two versions side by side: measures, dataset, settings. The other is the live one unless named.',
    )
    .option(...configOption)
    .option('--json', 'JSON output')
    .action(async (name: string, version: string, other: string | undefined, options: Options) => {
      await withRegistry(options, async (registry) => {
        const { compareLineages } = await import('../../model/compare-lineages.ts')
        const against = other ?? registry.state(name).live
        if (against === null)
          throw new AppError('REGISTRY_STATE', `model ${name} has no live version; name the other one`)
        const rows = compareLineages(
          await registry.lineage(name, against),
          await registry.lineage(name, version),
        )
        if (options.json) return print(JSON.stringify({ before: against, after: version, rows }))
        const width = Math.max(...rows.map(({ field }) => field.length), 8)
        print(`${''.padEnd(width)}  ${against.padEnd(16)} ${version}`)
        for (const { field, before, after, change } of rows)
          print(
            cleanLine(
              `${field.padEnd(width)}  ${before.padEnd(16)} ${after}${change ? `  (${change})` : ''}`,
            ),
          )
      })
    })

  model
    .command('collect <name>')
    .description('Remove old versions; live, previous and shadow stay, and the newest.')
    .option(...configOption)
    .option('--keep <n>', 'how many of the newest stay', '5')
    .option('--json', 'JSON output')
    .action(async (name: string, options: Options & { keep: string }) => {
      const keep = wholeOrZeroOption('--keep', options.keep)
      await withRegistry(options, async (registry) => {
        const removed = await registry.collect(name, keep)
        print(
          options.json ? JSON.stringify({ removed }) : removed.map((v) => `removed ${name} ${v}`).join('\n'),
        )
      })
    })
}

interface PromoteOptions extends Options {
  reason: string
  now?: boolean
  wait?: boolean
}

async function withRegistry(
  options: Options,
  work: (registry: ModelRegistry) => Promise<void>,
): Promise<void> {
  const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
  const { systemClock } = await import('../../../core/clock.ts')
  const { openModelRegistry } = await import('../../../registry/model-registry.ts')
  const { registryDir } = await import('../../../core/data-dir.ts')
  const { dataDir } = loadConfigToRead(options.config)
  const registry = openModelRegistry({ dir: registryDir(dataDir), clock: systemClock })
  try {
    await work(registry)
  } finally {
    registry.close()
  }
}

/** Resolves when the version is live. @throws AppError REGISTRY_STATE when it was refused */
async function decision(registry: ModelRegistry, name: string, version: string): Promise<void> {
  for (;;) {
    const { live, shadow } = registry.state(name)
    if (live === version) return
    if (shadow !== version) {
      const reason = registry.history(name).at(-1)?.reason ?? ''
      throw new AppError('REGISTRY_STATE', `${name} ${version} was not taken: ${reason}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
