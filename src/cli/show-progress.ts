import type { TrainingProgress } from '../train/evaluate/prediction.ts'

const everyMs = 2000
const names: Readonly<Record<TrainingProgress['phase'], string>> = {
  load: 'decode footage',
  pretrain: 'pretrain',
  cross: 'cross-validate',
  finetune: 'fine-tune',
  evaluate: 'evaluate',
  export: 'export',
}

/** Says on stderr where a long run is: every two seconds, at every new phase and at the end of each. */
export function showProgress(json: boolean): (progress: TrainingProgress) => void {
  let shownMs = Number.NEGATIVE_INFINITY
  let phase = ''
  return (progress) => {
    const nowMs = performance.now()
    const last = progress.done === progress.total
    if (progress.phase === phase && !last && nowMs - shownMs < everyMs) return
    phase = progress.phase
    shownMs = nowMs
    process.stderr.write(`${json ? JSON.stringify(progress) : progressText(progress)}\n`)
  }
}

export function progressText({ phase, done, total, loss, etaS, atMost }: TrainingProgress): string {
  const shown = loss === null ? '' : `  loss ${loss.toFixed(4)}`
  const left = done < total && etaS > 0 ? `  ${atMost ? 'at most ' : ''}${durationText(etaS)} left` : ''
  return `${names[phase].padEnd(14)} ${done}/${total}${shown}${left}`
}

/** 42 s, 7 min, 1 h 20 min */
export function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Aborts at the first Ctrl-C or SIGTERM, so that a checkpoint can be written; a second one ends the process. */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      process.stderr.write('stopping after this step; once more to end at once\n')
      controller.abort()
      process.once(name, () => process.kill(process.pid, 'SIGKILL'))
    })
  return controller.signal
}
