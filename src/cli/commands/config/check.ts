import type { Command } from 'commander'
import type { PlanOptions } from '../../camera/print-plan.ts'

interface Options {
  config: string
  json?: boolean
}

const defaultFile = 'config/vireo.yaml'

export function registerConfig(program: Command): void {
  const config = program.command('config').description('Check and show the configuration.')

  config
    .command('check')
    .description('Check the file; says where a mistake is and what is accepted.')
    .option('-c, --config <file>', 'configuration file', defaultFile)
    .option('--json', 'JSON output')
    .action(async (options: Options) => {
      const { loadConfig } = await import('../../../config/load.ts')
      const { configHash } = await import('../../../config/config-hash.ts')
      const { checkConfig } = await import('../../../../pipelines/live/check-config.ts')
      const loaded = loadConfig(options.config)
      await checkConfig(loaded)
      const hash = configHash(loaded)
      const counts = {
        cameras: loaded.cameras.length,
        models: loaded.models.length,
        rules: loaded.alerts.rules.length,
        behaviours: loaded.behaviours.rules.length,
      }
      if (options.json) print(JSON.stringify({ ok: true, file: options.config, hash, ...counts }))
      else {
        const text = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`)
        print(`${options.config}: valid, ${text.join(', ')}, hash ${hash}`)
      }
    })

  config
    .command('show')
    .description('Print the configuration with defaults filled in and without secrets.')
    .option('-c, --config <file>', 'configuration file', defaultFile)
    .option('--json', 'JSON output')
    .action(async (options: Options) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { redactConfig } = await import('../../../config/redact.ts')
      const { stringify } = await import('yaml')
      const shown = redactConfig(loadConfigToRead(options.config))
      print(options.json ? JSON.stringify(shown) : stringify(shown).trimEnd())
    })

  config
    .command('plan')
    .description(
      'Print what each camera is made of: streams, models, detector, rules, recording; starts nothing.',
    )
    .option('-c, --config <file>', 'configuration file', defaultFile)
    .option('--camera <id>', 'only this camera')
    .option('--from <file>', 'and what a reload from this file would attach, restart and retune')
    .option('--json', 'JSON output')
    .action(async (options: PlanOptions) => {
      const { printPlan } = await import('../../camera/print-plan.ts')
      print(await printPlan(options))
    })

  config
    .command('diff <before> <after>')
    .description('What a reload from one file to the other would change; exit status 1 when anything does.')
    .option('--json', 'JSON output')
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const { loadConfig } = await import('../../../config/load.ts')
      const { diffConfig } = await import('../../../config/diff.ts')
      const { describeDiff } = await import('../../describe-diff.ts')
      const diff = diffConfig(loadConfig(before), loadConfig(after))
      const lines = describeDiff(diff)
      print(options.json ? JSON.stringify(diff) : lines.join('\n') || 'no difference')
      if (lines.length > 0) process.exitCode = 1
    })

  config
    .command('schema')
    .description('Print the JSON Schema of the configuration file.')
    .option('--json', 'JSON output (it always is)')
    .action(async () => {
      const { emitSchema } = await import('../../../config/schema/emit-schema.ts')
      print(emitSchema().trimEnd())
    })

  config
    .command('docs')
    .description('Print the reference of all fields as Markdown (docs/configuration.md).')
    .action(async () => {
      const { emitMarkdown } = await import('../../../config/schema/emit-markdown.ts')
      print(emitMarkdown().trimEnd())
    })
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
