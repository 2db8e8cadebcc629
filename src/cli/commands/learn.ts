import type { Command } from 'commander'
import { AppError } from '../../core/errors.ts'

interface Options {
  config: string
  once?: boolean
  json?: boolean
}

export function registerLearn(program: Command): void {
  program
    .command('learn')
    .description('Make a new version of a model: pretrain, fine-tune, evaluate, gate, register, promote.')
    .option('-c, --config <file>', 'configuration file with a section learning', 'config/vireo.yaml')
    .option('--once', 'now, once; without it: at the times of learning.schedule, until stopped')
    .option('--json', 'progress (stderr) and result as JSON lines')
    .action(async (options: Options) => {
      const { loadConfig } = await import('../../config/load.ts')
      const { stopOnSignal } = await import('../show-progress.ts')
      const config = loadConfig(options.config)
      const { learning, dataDir } = config
      if (!learning)
        throw new AppError(
          'CONFIG_INVALID',
          `${options.config}: has no section learning; see docs/learning.md`,
        )
      const signal = stopOnSignal()
      if (options.once) {
        const { learnOnce } = await import('../../../pipelines/learn/learn-once.ts')
        const command = `vireo learn --once -c ${options.config}`
        return void (await learnOnce({ learning, dataDir, signal, command, json: options.json ?? false }))
      }
      const { schedule } = learning
      if (schedule === undefined)
        throw new AppError('API_BAD_REQUEST', 'learning.schedule is not set: give --once to learn now')
      const { spawn } = await import('node:child_process')
      const { systemClock: clock } = await import('../../core/clock.ts')
      const { createTelemetry } = await import('../../telemetry/create-telemetry.ts')
      const { scheduleLearning } = await import('../../../pipelines/learn/schedule-learning.ts')
      const telemetry = createTelemetry(config.log)
      const configFile = options.config
      const running = scheduleLearning({
        ...{ learning: { ...learning, schedule }, configFile, spawn, clock, telemetry },
      })
      const next = running.nextMs()
      telemetry.log.info(
        { schedule, next: next && new Date(next).toISOString() },
        'waiting for the time to learn',
      )
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await running.close()
    })
}
