import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { TrainingProgress } from '../evaluate/prediction.ts'
import type { LossScale } from '../step/loss-scale.ts'
import type { Feeds, Trainer, TrainerState } from '../step/trainer.ts'
import { type Checkpoint, createCheckpointStore } from './checkpoint.ts'
import { noPlateau, type PlateauRule, type PlateauState, plateauAfter } from './plateau.ts'
import { type EpochRecord, openHistory } from './run-history.ts'

/** How good weights are on footage that is not trained on. */
export interface Validation {
  readonly loss: number
  readonly accuracy: number
}

export interface TrainingRun {
  readonly phase: TrainingProgress['phase']
  /** Checkpoints and the history go here. A run that was stopped goes on from here. */
  readonly runDir: string
  /** What makes a run what it is, as JSON. A checkpoint with another one is refused. */
  readonly identity: Readonly<Record<string, unknown>>
  readonly steps: number
  /** Decides while it runs how many of `steps` it needs; all of them when left out. */
  readonly plateau?: PlateauRule | null
  readonly stepsPerEpoch: number
  /** Steps between checkpoints. */
  readonly checkpointEvery: number
  /** Epochs without improvement after which it ends; 0 for never. */
  readonly patience: number
  /** Which figure says whether an epoch is better. */
  readonly watch: 'loss' | 'accuracy'
  openTrainer(from: TrainerState | null): Promise<Trainer>
  /** Data from a step (from 0) on. */
  openFeeds(from: number): { next(): Promise<Feeds | readonly Feeds[]>; close(): Promise<void> }
  /** @param decided where the rate falls; always null without `plateau`. */
  rateAt(step: number, decided: PlateauState['decided']): number
  /** Null where there is nothing to validate on: then the last weights are kept. */
  readonly validate: ((weights: Float32Array) => Promise<Validation>) | null
  /** Awaited before each step, for work that takes second place. */
  readonly pause?: () => Promise<void>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onProgress: (progress: TrainingProgress) => void
}

export interface TrainedRun {
  /** The best ones, or the last ones where nothing is validated; averaged where an average is kept. */
  readonly weights: Float32Array
  readonly history: readonly EpochRecord[]
  readonly stoppedEarly: boolean
}

/** What a checkpoint holds besides vectors. */
interface RunState {
  readonly identity: Readonly<Record<string, unknown>>
  readonly history: readonly EpochRecord[]
  readonly best: Validation | null
  readonly epochsSinceBest: number
  /** Sums over the epoch that is running. */
  readonly lossSum: number
  readonly normSum: number
  readonly smoothed: number | null
  /** Of half precision. */
  readonly lossScale?: LossScale | null
  readonly plateau?: PlateauState
  readonly finished: boolean
  readonly stoppedEarly: boolean
}

/** Weight of the past in the loss that progress shows. */
const smoothing = 0.95
/** Steps between two points of the loss curve. */
const curveEvery = 10

/**
 * Trains to the end, whatever interrupts it: every `checkpointEvery` steps weights, moments, averages, best weights and
 * position are written, and the same call goes on from there. Data and learning rate depend on the number of the step
 * alone, so the weights at the end are the same bits whether it was interrupted or not.
 *
 * @throws AppError TRAIN_STOPPED after `signal` was aborted and a checkpoint written; TRAIN_CHECKPOINT when the folder
 *   holds another run; TRAIN_DIVERGED; STORE_WRITE.
 */
export async function runTraining(run: TrainingRun): Promise<TrainedRun> {
  const { runDir, stepsPerEpoch, clock, signal } = run
  const notices: string[] = []
  const store = createCheckpointStore({ dir: runDir, onNotice: (text) => notices.push(text) })
  const found = await store.latest()
  if (found) refuseOtherRun(found.state as RunState, run)
  let state: RunState = (found?.state as RunState) ?? emptyState(run.identity)
  let best = found?.vectors.best ?? null
  const first = found?.step ?? 0
  const history = await openHistory(runDir, first)
  for (const text of notices) await history.write({ type: 'notice', step: first, text })
  if (state.finished) return trainedRun(state, best ?? keptOf(found!.vectors))

  const trainer = await run.openTrainer(found ? trainerState(found) : null)
  const feeds = run.openFeeds(first)
  const save = () => {
    const { weights, m, v, step, average, lossScale = null } = trainer.state()
    if (lossScale) state = { ...state, lossScale }
    const vectors = { weights, m, v, ...(average && { average }), ...(best && { best }) }
    return store.save({ step, state, vectors })
  }
  const decidedOf = () => state.plateau?.decided ?? null
  /** Steps of the whole run, as far as that is known. */
  const total = () => decidedOf()?.end ?? run.steps
  const startedMs = clock.monoMs()
  let epochStartedMs = startedMs
  let waitedMs = 0
  let epochFirst = first

  const endEpoch = async (step: number) => {
    const { weights, average, lossScale } = trainer.state()
    const kept = average ?? weights
    const seconds = (clock.monoMs() - epochStartedMs) / 1000
    const done = step - epochFirst
    const value = run.validate ? await run.validate(kept) : null
    const better = value !== null && isBetter(value, state.best, run.watch)
    if (better) best = kept
    const inEpoch = step - Math.floor((step - 1) / stepsPerEpoch) * stepsPerEpoch
    const record: EpochRecord = {
      epoch: Math.ceil(step / stepsPerEpoch),
      step,
      trainLoss: state.lossSum / inEpoch,
      validationLoss: value?.loss ?? null,
      validationAccuracy: value?.accuracy ?? null,
      learningRate: run.rateAt(step - 1, decidedOf()),
      gradientNorm: state.normSum / inEpoch,
      idleShare: waitedMs / 1000 / Math.max(1e-9, seconds),
      stepsPerS: done / Math.max(1e-9, seconds),
      best: better,
      ...(lossScale && { skippedSteps: lossScale.skipped, lossScale: lossScale.scale }),
    }
    state = {
      ...state,
      history: [...state.history, record],
      best: better ? value : state.best,
      epochsSinceBest: better || value === null ? 0 : state.epochsSinceBest + 1,
      lossSum: 0,
      normSum: 0,
    }
    await history.write({ type: 'epoch', ...record })
    ;[epochStartedMs, waitedMs, epochFirst] = [clock.monoMs(), 0, step]
  }

  // A pause that was cut short by the signal ends as any step does: with a checkpoint.
  const stopUnlessAborted = (thrown: unknown) => {
    if (!signal.aborted) throw thrown
  }
  try {
    let saved = first
    for (let step = first; step < total() && !state.finished; step += 1) {
      await run.pause?.().catch(stopUnlessAborted)
      if (signal.aborted) {
        await save()
        throw new AppError(
          'TRAIN_STOPPED',
          `training was stopped at step ${step} of ${total()}; run the same command again and it goes on from ${runDir}`,
          { details: { runDir, step, steps: total() } },
        )
      }
      const askedMs = clock.monoMs()
      const batch = await feeds.next()
      waitedMs += clock.monoMs() - askedMs
      const rate = run.rateAt(step, decidedOf())
      const { loss: stepLoss, norm, skipped } = await trainer.step(batch, rate)
      // A step that was left out may have no loss: it counts as those before it.
      const loss = skipped && !Number.isFinite(stepLoss) ? (state.smoothed ?? 0) : stepLoss
      const done = step + 1
      state = {
        ...state,
        lossSum: state.lossSum + loss,
        normSum: state.normSum + norm,
        smoothed: state.smoothed === null ? loss : smoothing * state.smoothed + (1 - smoothing) * loss,
      }
      if (run.plateau)
        state = { ...state, plateau: plateauAfter(state.plateau ?? noPlateau, run.plateau, done, loss) }
      const steps = total()
      if (done % curveEvery === 0) await history.write({ type: 'step', step: done, loss, norm, rate })
      if (done % stepsPerEpoch === 0 || done === steps) await endEpoch(done)
      const stoppedEarly = run.patience > 0 && state.epochsSinceBest >= run.patience && done < steps
      if (stoppedEarly || done === steps) state = { ...state, finished: true, stoppedEarly }
      if (state.finished || done - saved >= run.checkpointEvery) {
        await save()
        saved = done
      }
      const etaS = ((clock.monoMs() - startedMs) / 1000 / (done - first)) * (steps - done)
      const atMost = run.plateau && !decidedOf() ? { atMost: true } : {}
      run.onProgress({ phase: run.phase, done, total: steps, loss: state.smoothed, etaS, ...atMost })
    }
    const { weights, average } = trainer.state()
    return trainedRun(state, best ?? average ?? weights)
  } finally {
    await feeds.close()
    await trainer.close()
  }
}

function trainedRun({ history, stoppedEarly }: RunState, weights: Float32Array): TrainedRun {
  return { weights, history, stoppedEarly }
}

function emptyState(identity: RunState['identity']): RunState {
  return {
    identity,
    history: [],
    best: null,
    epochsSinceBest: 0,
    lossSum: 0,
    normSum: 0,
    smoothed: null,
    finished: false,
    stoppedEarly: false,
  }
}

function trainerState({ step, vectors, state }: Checkpoint): TrainerState {
  const { weights, m, v, average } = vectors
  const { lossScale = null } = state as RunState
  return { weights: weights!, m: m!, v: v!, step, average: average ?? null, lossScale }
}

function keptOf(vectors: Readonly<Record<string, Float32Array>>): Float32Array {
  return vectors.average ?? vectors.weights!
}

/** With equal accuracy the smaller loss is better. */
function isBetter(value: Validation, best: Validation | null, watch: 'loss' | 'accuracy'): boolean {
  if (best === null) return true
  if (watch === 'accuracy' && value.accuracy !== best.accuracy) return value.accuracy > best.accuracy
  return value.loss < best.loss
}

function refuseOtherRun(found: RunState, { identity, runDir }: TrainingRun): void {
  const now = JSON.parse(JSON.stringify(identity)) as Record<string, unknown>
  const names = new Set([...Object.keys(now), ...Object.keys(found.identity)])
  const differ = [...names].filter(
    (name) => JSON.stringify(now[name]) !== JSON.stringify(found.identity[name]),
  )
  if (differ.length === 0) return
  const short = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 60)
  const changes = differ.map((name) => `${name} was ${short(found.identity[name])}, is ${short(now[name])}`)
  throw new AppError(
    'TRAIN_CHECKPOINT',
    `${runDir} holds another run (${changes.join('; ')}): use another folder, or remove this one`,
    { details: { runDir, differ } },
  )
}
