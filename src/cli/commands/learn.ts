import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { scheduleLearning } from '../../../pipelines/learn/start/schedule-learning.ts'
import { loadConfig } from '../../config/load.ts'
import { type LearningConfig, learningSchema } from '../../config/schema/learning-schema.ts'
import { systemClock as clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { createTelemetry } from '../../telemetry/create-telemetry.ts'
import { inputPath } from '../options/input-path.ts'
import { configOption, jsonOption } from '../options/usual-options.ts'
import { stopOnSignal } from '../show-progress.ts'
import { readPlanFile } from './train/read-plan-file.ts'

interface Options {
  config: string
  once?: boolean
  json?: boolean
  plan?: string
  who?: string
}

export function learn(command: Command): void {
  command
    .addOption(configOption('configuration file with a section learning'))
    .option('--once', 'now, once; without it: at the times of learning.schedule, until stopped')
    .option(
      '--plan <file>',
      'with --once: settings of learning that count instead of those of the configuration',
      inputPath,
    )
    .option('--who <name>', 'with --once: who is noted as having started it')
    .addOption(jsonOption('progress (stderr) and result as JSON lines'))
    .action(async ({ config: configFile, once, json = false, plan, who }: Options) => {
      const config = loadConfig(configFile)
      const { dataDir, models: site } = config
      const learning = plan === undefined ? config.learning : planned(config.learning, plan)
      if (!learning)
        throw new AppError('CONFIG_INVALID', `${configFile}: has no section learning; see docs/learning.md`)
      const signal = stopOnSignal()
      if (once) {
        // What only waits for its time does not load what trains.
        const { runLearning } = await import('../learn/run-learning.ts')
        const repeated = `vireo learn --once -c ${configFile}${plan === undefined ? '' : ` --plan ${plan}`}`
        const started = { ...(who !== undefined && { who }), command: repeated, json }
        return void (await runLearning({ learning, dataDir, site, signal, ...started }))
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

/** @throws AppError TRAIN_PLAN naming the first wrong field */
function planned(given: LearningConfig | undefined, file: string): LearningConfig {
  const parsed = learningSchema.safeParse({ ...given, ...readPlanFile(file) })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('TRAIN_PLAN', `${file}: ${issue!.path.join('.') || 'the plan'}: ${issue!.message}`)
}
