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
      if (options.once) return learnOnce({ options, learning, dataDir, signal })
      const { schedule } = learning
      if (schedule === undefined)
        throw new AppError('API_BAD_REQUEST', 'learning.schedule is not set: give --once to learn now')
      const { spawn } = await import('node:child_process')
      const { systemClock: clock } = await import('../../core/clock.ts')
      const { createTelemetry } = await import('../../telemetry/create-telemetry.ts')
      const { scheduleLearning } = await import('../../../pipelines/schedule-learning.ts')
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

type Once = {
  options: Options
  learning: NonNullable<import('../../config/schema.ts').Config['learning']>
  dataDir: string
  signal: AbortSignal
}

async function learnOnce({ options, learning, dataDir, signal }: Once): Promise<void> {
  const { availableParallelism, setPriority } = await import('node:os')
  const { join } = await import('node:path')
  const { systemClock: clock } = await import('../../core/clock.ts')
  const { openModelRegistry } = await import('../../registry/model-registry.ts')
  const { lockJob } = await import('../../schedule/job-lock.ts')
  const { createYielding } = await import('../../schedule/load-signal.ts')
  const { registryDir } = await import('../../../pipelines/follow-registry.ts')
  const { learn } = await import('../../../pipelines/learn.ts')
  const { codeVersion } = await import('../code-version.ts')
  const { showProgress } = await import('../show-progress.ts')
  const lock = lockJob({ file: join(dataDir, 'learning', 'learn.lock'), job: 'vireo learn', clock })
  const registry = openModelRegistry({ dir: registryDir(dataDir), clock, who: 'vireo learn' })
  try {
    setPriority(learning.niceness)
    const outcome = await learn({
      ...{ learning, dataDir, registry, clock, signal },
      code: await codeVersion(),
      command: `vireo learn --once -c ${options.config}`,
      threads: learning.threads || Math.max(1, availableParallelism() - 1),
      onProgress: showProgress(options.json ?? false),
      onNotice: (text) =>
        void process.stderr.write(`${options.json ? JSON.stringify({ notice: text }) : text}\n`),
      pause: createYielding({
        ...{ dataDir, clock, signal, above: learning.pauseAbove },
        paused(load) {
          const text = load
            ? `paused: the live path lengthens its strides ${load.strideScale.toFixed(2)} times`
            : 'the live path is at ease: training goes on'
          process.stderr.write(`${options.json ? JSON.stringify({ paused: load !== null, text }) : text}\n`)
        },
      }),
    })
    if (options.json) return void process.stdout.write(`${JSON.stringify(outcome)}\n`)
    const { version, result, decision, corrected, report } = outcome
    const told = {
      live: `${learning.model} ${version} is live`,
      shadow: `${learning.model} ${version} judges live clips unheard; it takes over if it agrees`,
      registered: `${learning.model} ${version} is registered: vireo model promote ${learning.model} ${version}`,
      refused: `${learning.model} ${version} does not pass the gate; the live version stays`,
    }
    const reasons = decision.reasons.map(({ holds, text }) => `  ${holds ? 'yes' : 'NO '}  ${text}`)
    const { clips, rightBefore, rightNow } = corrected
    const learned =
      clips > 0 ? [`corrected clips: ${rightNow} of ${clips} are right now, ${rightBefore} were before`] : []
    process.stdout.write(`${[told[result], ...reasons, ...learned, `report: ${report}`].join('\n')}\n`)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'TRAIN_STOPPED') throw thrown
    throw new AppError(
      'TRAIN_STOPPED',
      `${thrown.message}. To go on: vireo learn --once -c ${options.config}`,
      {
        cause: thrown,
        details: thrown.details,
      },
    )
  } finally {
    registry.close()
    lock.release()
  }
}
