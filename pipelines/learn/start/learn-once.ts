import { availableParallelism, setPriority } from 'node:os'
import { join } from 'node:path'
import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { learningDir, registryDir } from '../../../src/core/data-dir.ts'
import { AppError, toAppError } from '../../../src/core/errors.ts'
import { openModelRegistry } from '../../../src/registry/model-registry.ts'
import { lockJob } from '../../../src/schedule/job-lock.ts'
import { askToPause, createLearningNote } from '../../../src/schedule/learning-note.ts'
import { createYielding, type PauseReason } from '../../../src/schedule/load-signal.ts'
import type { TrainingProgress } from '../../../src/train/evaluate/prediction.ts'
import type { LearnOptions } from '../job.ts'
import { type LearnOutcome, learn } from '../learn.ts'

export interface LearnOnceOptions {
  readonly learning: LearningConfig
  readonly dataDir: string
  /** The models of the configuration; see LearnOptions. */
  readonly site?: LearnOptions['site']
  /** Repeats the run, and goes on with it. */
  readonly command: string
  /** Version of this Vireo, for the lineage. */
  readonly code: string
  /** Unless `learning.threads` says otherwise; all cores but one when left out. */
  readonly threads?: number
  readonly clock: Clock
  /** Who is noted as having started it; the command itself when left out. */
  readonly who?: string
  readonly onRun?: (run: string) => void
  readonly signal: AbortSignal
  readonly onProgress: (progress: TrainingProgress) => void
  readonly onNotice: (text: string) => void
  /** Told when training waits for the live path, and with null when it goes on. */
  readonly paused: Parameters<typeof createYielding>[0]['paused']
}

/** One run of the loop by hand: one at a time, at a low priority, yielding to the live path. */
export async function learnOnce(options: LearnOnceOptions): Promise<LearnOutcome> {
  const { learning, dataDir, site, command, code, clock, signal, onProgress, onNotice, onRun, paused } =
    options
  const { who = 'vireo learn' } = options
  const lock = lockJob({
    file: join(learningDir(dataDir), 'learn.lock'),
    job: command.split(' -')[0]!,
    clock,
  })
  const registry = openModelRegistry({ dir: registryDir(dataDir), clock, who })
  const waits = (why: PauseReason | null) => {
    note.say({ paused: why === null ? null : why.byHand ? 'hand' : 'busy' }, true)
    paused(why)
  }
  const note = createLearningNote({ dataDir, model: learning.model, who, command, clock })
  try {
    note.say({}, true)
    // Somebody had asked a run before this one to wait.
    askToPause(dataDir, null)
    setPriority(learning.niceness)
    const outcome = await learn({
      learning,
      dataDir,
      ...(site && { site }),
      registry,
      clock,
      signal,
      command,
      code,
      onRun(run) {
        note.say({ run }, true)
        onRun?.(run)
      },
      onProgress(progress) {
        const { phase, done, total, loss, etaS } = progress
        note.say({ phase, done, total, loss, etaS })
        onProgress(progress)
      },
      onNotice(notice) {
        note.say({ notice })
        onNotice(notice)
      },
      threads: learning.threads || (options.threads ?? Math.max(1, availableParallelism() - 1)),
      pause: createYielding({ dataDir, clock, signal, above: learning.pauseAbove, paused: waits }),
    })
    note.say({ ended: { code: null, message: outcome.result } }, true)
    return outcome
  } catch (thrown) {
    const { code: failure, message } = toAppError(thrown)
    note.say({ ended: { code: failure, message } }, true)
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
