import type { AlertStep } from '../core/alert.ts'
import type { Scores } from '../core/clip.ts'
import type { Frame } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { type AlertMachine, createAlertMachine, type EndReason } from './alert-machine.ts'
import type { AlertRule } from './alert-rule.ts'

export interface AlertTracker {
  /** A clip's scores → the steps that they cause. A score that is not a number is skipped and counted. */
  accept(scores: Scores): AlertStep[]
  /** A frame of a picture in which nothing moves, so that no clip is scored: counts as score 0. */
  quiet(frame: Frame): AlertStep[]
  /** Takes other numbers (thresholds, times) for the same rules in the same order; open alerts go on. */
  retune(rules: readonly AlertRule[]): void
  /**
   * Ends what is open. `epoch` is the connection that was lost: an alert that its late clips still raise is
   * reported and ended at once, because nothing will clear it.
   */
  end(reason: EndReason, at: { readonly monoMs: number; readonly epoch?: number }): AlertStep[]
  /** Ends and forgets what is about tracks that are no longer there. */
  keepTracks(trackIds: ReadonlySet<string>, monoMs: number): AlertStep[]
}

/**
 * All alerts that the models' scores can raise on one camera. A rule for any model is followed for each model by
 * itself, so that one model's doubts do not end another's alert; scores of tracks for each track by itself.
 */
export function createAlertTracker(options: {
  cameraId: string
  rules: readonly AlertRule[]
  configHash: string
  telemetry: Telemetry
  /** Whether alerts are wanted at a wall-clock time; absent: always. */
  armed?: (timeMs: number) => boolean
}): AlertTracker {
  const { cameraId, configHash, telemetry, armed = () => true } = options
  let { rules } = options
  const machinesOf = new Map<string, Map<AlertRule, AlertMachine>>()
  let lostEpoch = 0

  const counted = (steps: (AlertStep | null)[]): AlertStep[] => {
    const present = steps.filter((step) => step !== null)
    for (const { rule, phase } of present)
      telemetry.count('vireo_alert_steps_total', { camera: cameraId, rule, phase })
    return present
  }
  const all = () => [...machinesOf.values()].flatMap((machines) => [...machines.values()])
  const trackOf = new Map<string, string>()
  const machinesFor = ({ modelName, trackId }: Scores) => {
    const key = trackId === undefined ? modelName : `${modelName}/${trackId}`
    const existing = machinesOf.get(key)
    if (existing) return existing
    if (trackId !== undefined) trackOf.set(key, trackId)
    const machines = new Map<AlertRule, AlertMachine>()
    for (const rule of rules)
      if (rule.modelName === null || rule.modelName === modelName)
        machines.set(
          rule,
          createAlertMachine({
            rule,
            cameraId,
            modelName,
            configHash,
            ...(trackId !== undefined && { trackId }),
          }),
        )
    machinesOf.set(key, machines)
    return machines
  }

  return {
    accept(scores) {
      if (!armed(scores.lastArrivalMs))
        return counted(all().map((machine) => machine.end('disarmed', scores.lastArrivalMonoMs)))
      const steps: (AlertStep | null)[] = []
      for (const [rule, machine] of machinesFor(scores)) {
        const column = scores.labels.indexOf(rule.label)
        if (column < 0) continue
        const score = scores.values[column]!
        if (Number.isNaN(score)) {
          countDrop(telemetry, { stage: 'alert', reason: 'score_not_a_number', cameraId })
          continue
        }
        steps.push(machine.accept({ ...scores, score: Math.min(1, Math.max(0, score)) }))
        if (scores.epoch <= lostEpoch) steps.push(machine.end('camera_lost', scores.lastArrivalMonoMs))
      }
      return counted(steps)
    },
    quiet({ epoch, ptsUs, arrivalMs, arrivalMonoMs }) {
      const evidence = {
        score: 0,
        modelVersion: null,
        epoch,
        firstPtsUs: ptsUs,
        lastPtsUs: ptsUs,
        firstArrivalMs: arrivalMs,
        lastArrivalMs: arrivalMs,
        lastArrivalMonoMs: arrivalMonoMs,
      }
      return counted(all().map((machine) => machine.accept(evidence)))
    },
    retune(next) {
      const changed = new Map(rules.map((rule, at) => [rule, next[at]!]))
      for (const [modelName, machines] of machinesOf) {
        for (const [rule, machine] of machines) machine.retune(changed.get(rule)!)
        machinesOf.set(modelName, new Map([...machines].map(([rule, each]) => [changed.get(rule)!, each])))
      }
      rules = next
    },
    keepTracks(trackIds, monoMs) {
      const gone = [...trackOf].filter(([, trackId]) => !trackIds.has(trackId))
      return counted(
        gone.flatMap(([key]) => {
          const machines = [...machinesOf.get(key)!.values()]
          machinesOf.delete(key)
          trackOf.delete(key)
          return machines.map((machine) => machine.end('gone', monoMs))
        }),
      )
    },
    end(reason, { monoMs, epoch = 0 }) {
      lostEpoch = Math.max(lostEpoch, epoch)
      return counted(all().map((machine) => machine.end(reason, monoMs)))
    },
  }
}
