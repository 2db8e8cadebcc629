import type { AlertStep } from '../core/alert.ts'
import type { ScoreReason } from '../core/clip.ts'
import { alertId } from './alert-id.ts'
import type { AlertRule } from './alert-rule.ts'

/** One look at one label: a clip's score, or 0 for a moment in which nothing moved. */
export interface Evidence {
  readonly score: number
  /** Version of the model that gave the score; null when no model was asked. */
  readonly modelVersion: string | null
  readonly epoch: number
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  readonly lastArrivalMonoMs: number
  readonly why?: ScoreReason
}

export type EndReason = NonNullable<AlertStep['endReason']>

/** Where a rule stands: waiting, over its threshold but not for long enough, alerting, or in its pause afterwards. */
export type RuleState = 'idle' | 'pending' | 'open' | 'cooldown'

export interface AlertMachine {
  /** Where it stands at a moment after the last look. */
  standing(at: Pick<Evidence, 'epoch' | 'lastPtsUs' | 'lastArrivalMonoMs'>): RuleState
  /** The next look; returns the step that it causes, if any. */
  accept(evidence: Evidence): AlertStep | null
  /** Takes other numbers for the same rule; what is open goes on. */
  retune(rule: AlertRule): void
  /** Ends an open alert from outside. */
  end(reason: EndReason, monoMs: number): AlertStep | null
}

interface Open {
  readonly alertId: string
  readonly first: Evidence
  /** The latest look at or above the off threshold. */
  last: Evidence
  best: number
  /** How the best score came about, where that was told. */
  why: ScoreReason | undefined
  /** Version of the latest model that looked; a hot swap changes it. */
  modelVersion: string
  seq: number
  lastStep: Evidence
  lastStepScore: number
}

/** So much above the score of the latest step, an update does not wait for its time. */
const notableRise = 0.1

/**
 * The life of the alerts of one rule on one camera for one model:
 *
 *     idle → pending (score ≥ on) → open (after minDuration: `new`, then `update`s) → over (`end`) → cooldown → idle
 *
 * Between the thresholds nothing changes (hysteresis). An open alert ends when the score was under `off` for
 * `clearAfterMs`. An update comes every `updateEveryMs`, and at once when the score rises notably. Durations are
 * measured in the video's own time, so that a replay gives the same alerts.
 *
 * An alert that the loss of its camera ended does not begin again from clips of the lost connection that were
 * still being scored.
 */
export function createAlertMachine(options: {
  rule: AlertRule
  cameraId: string
  modelName: string
  configHash: string
  /** The track whose clips it looks at; absent: the whole picture. */
  trackId?: string
}): AlertMachine {
  const { cameraId, modelName, configHash, trackId } = options
  let { rule } = options
  let pending: { first: Evidence; best: Evidence } | null = null
  let open: Open | null = null
  let over: Evidence | null = null
  let lostEpoch: number | null = null

  const step = (
    state: Open,
    phase: AlertStep['phase'],
    endReason: EndReason | null,
    monoMs: number,
  ): AlertStep => ({
    alertId: state.alertId,
    phase,
    seq: state.seq,
    rule: rule.name,
    label: rule.label,
    severity: rule.severity,
    cameraId,
    zone: null,
    trackIds: trackId === undefined ? [] : [trackId],
    score: state.best,
    modelName,
    modelVersion: state.modelVersion,
    configHash,
    epoch: state.first.epoch,
    firstPtsUs: state.first.firstPtsUs,
    lastPtsUs: state.last.lastPtsUs,
    startedMs: state.first.firstArrivalMs,
    lastMs: state.last.lastArrivalMs,
    causeMonoMs: monoMs,
    ...state.why,
    endReason,
  })

  const close = (reason: EndReason, monoMs: number): AlertStep | null => {
    pending = null
    if (!open) return null
    const ended = open
    ended.seq += 1
    over = ended.last
    open = null
    if (reason === 'camera_lost') lostEpoch = ended.first.epoch
    return step(ended, 'end', reason, monoMs)
  }

  const whileOpen = (state: Open, evidence: Evidence): AlertStep | null => {
    if (evidence.score < rule.offThreshold) {
      return sinceMs(state.last, evidence) >= rule.clearAfterMs
        ? close('cleared', evidence.lastArrivalMonoMs)
        : null
    }
    state.last = evidence
    if (evidence.score > state.best) state.why = evidence.why ?? state.why
    state.best = Math.max(state.best, evidence.score)
    state.modelVersion = evidence.modelVersion ?? state.modelVersion
    const due = sinceMs(state.lastStep, evidence) >= rule.updateEveryMs
    if (!due && state.best - state.lastStepScore < notableRise) return null
    state.seq += 1
    state.lastStep = evidence
    state.lastStepScore = state.best
    return step(state, 'update', null, evidence.lastArrivalMonoMs)
  }

  const whileIdle = (evidence: Evidence): AlertStep | null => {
    if (evidence.score < rule.offThreshold || (!pending && evidence.score < rule.onThreshold)) {
      pending = null
      return null
    }
    if (evidence.epoch === lostEpoch) return null
    if (over && sinceMs(over, evidence) < rule.cooldownMs) return null
    pending ??= { first: evidence, best: evidence }
    if (evidence.score > pending.best.score) pending.best = evidence
    if (evidence.lastPtsUs - pending.first.firstPtsUs < rule.minDurationMs * 1000) return null
    const { first, best } = pending
    pending = null
    open = {
      alertId: alertId({
        cameraId,
        rule: trackId === undefined ? rule.name : `${rule.name}/${trackId}`,
        label: rule.label,
        modelName,
        startedMs: first.firstArrivalMs,
        firstPtsUs: first.firstPtsUs,
      }),
      first,
      last: evidence,
      best: best.score,
      why: best.why,
      modelVersion: evidence.modelVersion ?? '',
      seq: 0,
      lastStep: evidence,
      lastStepScore: best.score,
    }
    return step(open, 'new', null, evidence.lastArrivalMonoMs)
  }

  return {
    accept(evidence) {
      // Timestamps of two connections cannot be compared: what was open ends, what was pending begins anew.
      if (open && open.first.epoch !== evidence.epoch) return close('camera_lost', evidence.lastArrivalMonoMs)
      if (pending && pending.first.epoch !== evidence.epoch) pending = null
      return open ? whileOpen(open, evidence) : whileIdle(evidence)
    },
    standing(at) {
      if (open) return 'open'
      if (pending) return 'pending'
      return over && sinceMs(over, at) < rule.cooldownMs ? 'cooldown' : 'idle'
    },
    retune(next) {
      rule = next
    },
    end: close,
  }
}

/**
 * Time from the end of one look to that of a later one, in the video's own time. Across connections, or where that time
 * went backwards, what passed here counts: a clock that is set makes no alert wait, and the wall clock may be set, too.
 */
function sinceMs(before: Evidence, now: Pick<Evidence, 'epoch' | 'lastPtsUs' | 'lastArrivalMonoMs'>): number {
  return before.epoch === now.epoch && now.lastPtsUs >= before.lastPtsUs
    ? (now.lastPtsUs - before.lastPtsUs) / 1000
    : now.lastArrivalMonoMs - before.lastArrivalMonoMs
}
