import type { AlertReason, AlertStep, Severity } from '../core/alert.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { alertId } from './alert-id.ts'
import type { EndReason } from './alert-machine.ts'

/** What behaviours say of one occurrence; see BehaviourFinding of src/behaviour. */
export interface Finding {
  readonly key: string
  readonly rule: string
  readonly severity: Severity
  readonly trackIds: readonly string[]
  readonly zone: string | null
  readonly active: boolean
  readonly sincePtsUs: number
  readonly ptsUs: number
  readonly explanation: string
  readonly reasons: readonly AlertReason[]
  readonly ended: 'cleared' | 'gone' | 'disarmed' | 'reset' | null
}

/** The frame in which something was found. */
export interface FindingMoment {
  readonly epoch: number
  readonly ptsUs: number
  readonly arrivalMs: number
  readonly arrivalMonoMs: number
}

export interface BehaviourAlerts {
  /** `scoreOf`: how sure the detector is of a track, 0–1. */
  accept(
    findings: readonly Finding[],
    moment: FindingMoment,
    scoreOf: (trackId: string) => number,
  ): AlertStep[]
  /** The ends of what is open, when the behaviours were reset; at the latest moment. */
  end(findings: readonly Finding[], reason: EndReason, monoMs: number): AlertStep[]
}

interface Open {
  readonly alertId: string
  readonly firstPtsUs: number
  readonly startedMs: number
  readonly epoch: number
  best: number
  seq: number
}

/**
 * Findings of behaviours as steps of alerts, with the same life as alerts of scores. The score is the detector's for
 * the surest track that takes part; 1 when the finding is about the whole scene.
 */
export function createBehaviourAlerts(options: {
  cameraId: string
  configHash: string
  detector: { readonly name: string; readonly version: string }
  /** The label of a rule's alerts. */
  labelOf: (rule: string) => string
  telemetry: Telemetry
}): BehaviourAlerts {
  const { cameraId, configHash, detector, labelOf, telemetry } = options
  const open = new Map<string, Open>()
  let latest: FindingMoment | null = null

  const begin = (finding: Finding, moment: FindingMoment): Open => {
    // Times of the source are not whole milliseconds at 30 or 15 pictures a second; those of alerts are.
    const sinceMs = Math.max(0, moment.ptsUs - finding.sincePtsUs) / 1000
    const startedMs = Math.round(moment.arrivalMs - sinceMs)
    return {
      alertId: alertId({
        cameraId,
        rule: finding.key,
        label: labelOf(finding.rule),
        modelName: detector.name,
        startedMs,
        firstPtsUs: finding.sincePtsUs,
      }),
      firstPtsUs: finding.sincePtsUs,
      startedMs,
      epoch: moment.epoch,
      best: 0,
      seq: -1,
    }
  }
  const stepOf = (
    finding: Finding,
    more: { moment: FindingMoment; score: number; reason: EndReason | null; monoMs: number },
  ): AlertStep | null => {
    const { moment, reason } = more
    const known = open.get(finding.key)
    if (!known && !finding.active) return null
    const state = known ?? begin(finding, moment)
    state.seq += 1
    state.best = Math.max(state.best, more.score)
    if (finding.active) open.set(finding.key, state)
    else open.delete(finding.key)
    const phase = finding.active ? (state.seq === 0 ? 'new' : 'update') : 'end'
    telemetry.count('vireo_alert_steps_total', { camera: cameraId, rule: finding.rule, phase })
    return {
      alertId: state.alertId,
      phase,
      seq: state.seq,
      rule: finding.rule,
      label: labelOf(finding.rule),
      severity: finding.severity,
      cameraId,
      zone: finding.zone,
      trackIds: finding.trackIds,
      score: state.best,
      modelName: detector.name,
      modelVersion: detector.version,
      configHash,
      epoch: state.epoch,
      firstPtsUs: state.firstPtsUs,
      lastPtsUs: Math.max(state.firstPtsUs, Math.min(finding.ptsUs, moment.ptsUs)),
      startedMs: state.startedMs,
      lastMs: Math.max(state.startedMs, moment.arrivalMs),
      causeMonoMs: more.monoMs,
      detector: detector.name,
      explanation: finding.explanation,
      reasons: finding.reasons.map(({ condition, text, value, asked }) => ({
        condition,
        text,
        value,
        asked,
      })),
      endReason: finding.active ? null : (reason ?? 'cleared'),
    }
  }
  const present = (steps: (AlertStep | null)[]) => steps.filter((step) => step !== null)

  return {
    accept(findings, moment, scoreOf) {
      // What ends because the time line began anew belongs to the moment before.
      const before = latest ?? moment
      latest = moment
      return present(
        findings.map((finding) =>
          stepOf(finding, {
            moment: finding.ended === 'reset' ? before : moment,
            score: finding.trackIds.length === 0 ? 1 : Math.max(0, ...finding.trackIds.map(scoreOf)),
            reason: finding.ended === 'reset' ? 'camera_lost' : finding.ended,
            monoMs: moment.arrivalMonoMs,
          }),
        ),
      )
    },
    end(findings, reason, monoMs) {
      const moment = latest
      if (!moment) return []
      return present(findings.map((finding) => stepOf(finding, { moment, score: 0, reason, monoMs })))
    },
  }
}
