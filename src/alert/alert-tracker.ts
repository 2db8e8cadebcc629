import type { AlertStep } from '../core/alert.ts'
import type { Scores } from '../core/clip.ts'
import type { Frame } from '../core/frame.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { type AlertMachine, createAlertMachine, type EndReason } from './alert-machine.ts'
import type { AlertRule } from './alert-rule.ts'

export interface AlertTracker {
  accept(scores: Scores): AlertStep[]
  /** A frame of a picture in which nothing moves, so that no clip is scored: counts as score 0. */
  quiet(frame: Frame): AlertStep[]
  end(reason: EndReason, monoMs: number): AlertStep[]
}

/** All alerts that one model's scores can raise on one camera. */
export function createAlertTracker(options: {
  cameraId: string
  rules: readonly AlertRule[]
  configHash: string
  telemetry: Telemetry
}): AlertTracker {
  const { cameraId, rules, configHash, telemetry } = options
  const machines = new Map<AlertRule, AlertMachine>()

  const counted = (steps: (AlertStep | null)[]): AlertStep[] => {
    const present = steps.filter((step) => step !== null)
    for (const { rule, phase } of present)
      telemetry.count('vireo_alert_steps_total', { camera: cameraId, rule, phase })
    return present
  }

  return {
    accept(scores) {
      const steps = rules.map((rule) => {
        const column = scores.labels.indexOf(rule.label)
        if (column < 0) return null
        const { modelName, modelVersion } = scores
        let machine = machines.get(rule)
        if (!machine) {
          machine = createAlertMachine({ rule, cameraId, modelName, modelVersion, configHash })
          machines.set(rule, machine)
        }
        return machine.accept({ ...scores, score: scores.values[column]! })
      })
      return counted(steps)
    },
    quiet({ epoch, ptsUs, arrivalMs, arrivalMonoMs }) {
      const evidence = {
        score: 0,
        epoch,
        firstPtsUs: ptsUs,
        lastPtsUs: ptsUs,
        firstArrivalMs: arrivalMs,
        lastArrivalMs: arrivalMs,
        lastArrivalMonoMs: arrivalMonoMs,
      }
      return counted([...machines.values()].map((machine) => machine.accept(evidence)))
    },
    end: (reason, monoMs) => counted([...machines.values()].map((machine) => machine.end(reason, monoMs))),
  }
}
