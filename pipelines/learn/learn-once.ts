import { availableParallelism, setPriority } from 'node:os'
import { join } from 'node:path'
import { codeVersion } from '../../src/cli/code-version.ts'
import { showProgress } from '../../src/cli/show-progress.ts'
import type { LearningConfig } from '../../src/config/schema/learning-schema.ts'
import { systemClock as clock } from '../../src/core/clock.ts'
import { learningDir, registryDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import { lockJob } from '../../src/schedule/job-lock.ts'
import { createYielding } from '../../src/schedule/load-signal.ts'
import { type LearnOutcome, learn } from './learn.ts'

/** One run of the loop from the command line: one at a time, at a low priority, and told as it goes. */
export async function learnOnce(options: {
  learning: LearningConfig
  dataDir: string
  /** Repeats the run, and goes on with it. */
  command: string
  json: boolean
  /** Unless `learning.threads` says otherwise; all cores but one when left out. */
  threads?: number
  signal: AbortSignal
}): Promise<LearnOutcome> {
  const { learning, dataDir, command, json, signal } = options
  const tell = (text: string, fields: object = { notice: text }) =>
    void process.stderr.write(`${json ? JSON.stringify(fields) : text}\n`)
  const lock = lockJob({
    file: join(learningDir(dataDir), 'learn.lock'),
    job: command.split(' -')[0]!,
    clock,
  })
  const registry = openModelRegistry({ dir: registryDir(dataDir), clock, who: 'vireo learn' })
  try {
    setPriority(learning.niceness)
    const outcome = await learn({
      learning,
      dataDir,
      registry,
      clock,
      signal,
      command,
      code: await codeVersion(),
      threads: learning.threads || (options.threads ?? Math.max(1, availableParallelism() - 1)),
      onProgress: showProgress(json),
      onNotice: (text) => tell(text),
      pause: createYielding({
        dataDir,
        clock,
        signal,
        above: learning.pauseAbove,
        paused(load) {
          const text = load
            ? `paused: the live path lengthens its strides ${load.strideScale.toFixed(2)} times`
            : 'the live path is at ease: training goes on'
          tell(text, { paused: load !== null, text })
        },
      }),
    })
    process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : outcomeText(learning.model, outcome))
    return outcome
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'TRAIN_STOPPED') throw thrown
    throw new AppError('TRAIN_STOPPED', `${thrown.message}. To go on: ${command}`, {
      cause: thrown,
      details: thrown.details,
    })
  } finally {
    registry.close()
    lock.release()
  }
}

/** What came of a run, for people. */
export function outcomeText(model: string, outcome: LearnOutcome): string {
  const { version, result, live, decision, corrected, report } = outcome
  const stays = live === null ? 'there is no live version yet' : `the live version ${live} stays`
  const told = {
    live: `${model} ${version} is live`,
    shadow: `${model} ${version} judges live clips unheard; it takes over if it agrees`,
    registered: `${model} ${version} is registered: vireo model promote ${model} ${version}`,
    refused: `${model} ${version} does not pass the gate; ${stays}`,
  }
  const reasons = decision.reasons.map(({ holds, text }) => `  ${holds ? 'yes' : 'NO '}  ${text}`)
  const { clips, rightBefore, rightNow } = corrected
  const learned =
    clips > 0 ? [`corrected clips: ${rightNow} of ${clips} are right now, ${rightBefore} were before`] : []
  return `${[told[result], ...reasons, ...learned, `report: ${report}`].join('\n')}\n`
}
