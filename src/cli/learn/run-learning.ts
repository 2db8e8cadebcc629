import type { LearnOutcome } from '../../../pipelines/learn/learn.ts'
import { type LearnOnceOptions, learnOnce } from '../../../pipelines/learn/start/learn-once.ts'
import { systemClock as clock } from '../../core/clock.ts'
import { codeVersion } from '../code-version.ts'
import { showProgress } from '../show-progress.ts'
import { outcomeText } from './outcome-text.ts'

type Options = Pick<
  LearnOnceOptions,
  'learning' | 'dataDir' | 'site' | 'command' | 'threads' | 'signal' | 'who'
>

/** One run of the loop, told on stderr as it goes and on stdout at its end. */
export async function runLearning({ json, ...options }: Options & { json: boolean }): Promise<LearnOutcome> {
  const tell = (text: string, fields: object = { notice: text }) =>
    void process.stderr.write(`${json ? JSON.stringify(fields) : text}\n`)
  const outcome = await learnOnce({
    ...options,
    clock,
    code: await codeVersion(),
    onProgress: showProgress(json),
    onNotice: (text) => tell(text),
    ...(json && { onRun: (run) => tell(run, { run }) }),
    paused(why) {
      const text =
        why === null
          ? 'training goes on'
          : why.byHand
            ? 'paused: somebody asked for it'
            : `paused: the live path lengthens its strides ${why.strideScale.toFixed(2)} times`
      tell(text, { paused: why !== null, text })
    },
  })
  const { model } = options.learning
  process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : outcomeText(model, outcome))
  return outcome
}
