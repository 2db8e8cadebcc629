import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { AlertStep } from '../../core/alert.ts'
import { toAppError } from '../../core/errors.ts'

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
    .action(async (options: Options) => {
      const { spawn } = await import('node:child_process')
      const { loadConfig } = await import('../../config/load.ts')
      const { systemClock } = await import('../../core/clock.ts')
      const { createTelemetry } = await import('../../telemetry/create-telemetry.ts')
      const { startLiveSystem } = await import('../../../pipelines/live-system.ts')
      const { describeStep } = await import('../describe-step.ts')
      // Footage of people is for the user that runs this alone, whatever the umask of the shell.
      process.umask(0o077)
      const config = loadConfig(options.config)
      const telemetry = createTelemetry(config.log)
      // From the first moment: a signal during the start, too, is to end in order.
      const stopped = stopSignal()
      const system = await startLiveSystem({
        config,
        telemetry,
        spawn,
        clock: systemClock,
        random: Math.random,
        configFile: resolve(options.config),
      })
      const print = (step: AlertStep) =>
        process.stdout.write(`${options.json ? JSON.stringify(step) : describeStep(step)}\n`)
      if (options.alerts !== false) system.live.steps$.subscribe(print)
      const { watchFile } = await import('../../config/watch-file.ts')
      const reload = async () => {
        try {
          const { attached, detached, changed, retuned, restart } = await system.reload(
            loadConfig(options.config),
          )
          telemetry.log.info({ attached, detached, changed, retuned }, 'the configuration was read again')
          if (restart.length > 0) telemetry.log.warn({ restart }, 'these changes take effect after a restart')
        } catch (thrown) {
          const { code, message } = toAppError(thrown)
          telemetry.log.error({ code }, `the configuration stays as it was: ${message}`)
        }
      }
      const stopWatching = watchFile(resolve(options.config), systemClock, () => void reload())
      process.on('SIGHUP', () => void reload())
      const why = await Promise.race([stopped, system.gone])
      stopWatching()
      if (typeof why === 'string') telemetry.log.info({ signal: why }, 'stopping')
      else telemetry.log.error({ code: why.code }, `stopping: ${why.message}`)
      await system.close()
      telemetry.log.info({}, 'stopped')
      if (typeof why !== 'string') throw why
    })
}

/** The first signal stops in order; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve(signal)
        // Not process.exit: it aborts loudly while a batch runs.
        process.once(signal, () => process.kill(process.pid, 'SIGKILL'))
      })
  })
}
