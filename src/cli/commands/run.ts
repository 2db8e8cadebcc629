import type { Command } from 'commander'
import { configOption, jsonOption } from '../options/usual-options.ts'
import { runLive } from '../run/run-live.ts'

interface Options {
  config: string
  json?: boolean
  alerts?: boolean
}

export function run(command: Command): void {
  command
    .addOption(configOption())
    .option('--no-alerts', 'do not print alerts on stdout')
    .addOption(jsonOption('alerts as JSON lines'))
    .action(({ config, json = false, alerts = true }: Options) => runLive({ config, json, alerts }))
}
