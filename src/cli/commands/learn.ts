import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { scheduleLearning } from '../../../pipelines/learn/start/schedule-learning.ts'
import { loadConfig } from '../../config/load.ts'
import { systemClock as clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { createTelemetry } from '../../telemetry/create-telemetry.ts'
import { configOption, jsonOption } from '../options/usual-options.ts'
import { stopOnSignal } from '../show-progress.ts'

interface Options {
  config: string
  once?: boolean
  json?: boolean
}

export function learn(command: Command): void {
  command
    .addOption(configOption('configuration file with a section learning'))
    .option('--once', 'now, once; without it: at the times of learning.schedule, until stopped')
    .addOption(jsonOption('progress (stderr) and result as JSON lines'))
    .action(async ({ config: configFile, once, json = false }: Options) => {
      const config = loadConfig(configFile)
      const { learning, dataDir, models: site } = config
      if (!learning)
        throw new AppError('CONFIG_INVALID', `${configFile}: has no section learning; see docs/learning.md`)
      const signal = stopOnSignal()
      if (once) {
        // What only waits for its time does not load what trains.
        const { runLearning } = await import('../learn/run-learning.ts')
        const repeated = `vireo learn --once -c ${configFile}`
        return void (await runLearning({ learning, dataDir, site, signal, command: repeated, json }))
      }
      const { schedule } = learning
      if (schedule === undefined)
        throw new AppError('API_BAD_REQUEST', 'learning.schedule is not set: give --once to learn now')
      const telemetry = createTelemetry(config.log)
      const running = scheduleLearning({
        learning: { ...learning, schedule },
        configFile,
        spawn,
        clock,
        telemetry,
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
