import type { Command } from 'commander'

interface Options {
  config: string
  json?: boolean
  alerts?: boolean
}

export function registerRun(program: Command): void {
  program
    .command('run')
    .description('Attach the cameras and publish alerts until stopped (Ctrl-C or SIGTERM).')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--no-alerts', 'do not print alerts on stdout')
    .option('--json', 'alerts as JSON lines')
    .action(async ({ config, json = false, alerts = true }: Options) => {
      const { runLive } = await import('../run/run-live.ts')
      await runLive({ config, json, alerts })
    })
}
