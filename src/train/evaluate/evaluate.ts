import { type Calibration, calibrationOf, fitTemperature, withTemperature } from './calibration.ts'
import {
  accuracyOf,
  type ClassMetrics,
  type Confusion,
  checkPredictions,
  classMetrics,
  confusionOf,
  macroF1Of,
} from './confusion.ts'
import { type FalseAlarmSettings, type FalseAlarms, falseAlarmsOf } from './false-alarms.ts'
import type { Prediction } from './prediction.ts'

/** Measured elsewhere, on the machine and provider that will serve. */
export interface LatencyFigures {
  readonly p50Ms: number
  readonly p95Ms: number
  /** Such as "cpu, 2 threads, batch 1". */
  readonly conditions: string
}

/** What a model is worth on footage that it was not trained on. Plain data: fit for JSON. */
export interface Evaluation {
  readonly labels: readonly string[]
  readonly items: number
  readonly groups: number
  /** Share of items whose highest score is the true label (top-1). */
  readonly accuracy: number
  readonly macroF1: number
  readonly perClass: readonly ClassMetrics[]
  readonly confusion: Confusion
  readonly calibration: Calibration
  /** Null when no validation predictions were given. */
  readonly temperature: { readonly value: number; readonly calibration: Calibration } | null
  readonly falseAlarms: FalseAlarms | null
  readonly latency: LatencyFigures | null
}

/**
 * Evaluates a classifier.
 *
 * @param validation predictions on the validation side; with them a temperature is fitted, and the calibration with
 *   it is given as well.
 * @throws AppError TRAIN_DATA when a prediction does not fit the labels.
 */
export function evaluate(options: {
  labels: readonly string[]
  predictions: readonly Prediction[]
  validation?: readonly Prediction[]
  falseAlarms?: FalseAlarmSettings
  latency?: LatencyFigures | null
  bins?: number
}): Evaluation {
  const { labels, predictions, validation, falseAlarms, latency = null, bins = 10 } = options
  checkPredictions(labels, predictions)
  if (validation) checkPredictions(labels, validation)
  const confusion = confusionOf(labels.length, predictions)
  const temperature = validation ? fitTemperature(validation) : null
  return {
    labels,
    items: predictions.length,
    groups: new Set(predictions.map(({ group }) => group)).size,
    accuracy: accuracyOf(predictions),
    macroF1: macroF1Of(labels.length, predictions),
    perClass: classMetrics(labels, confusion),
    confusion,
    calibration: calibrationOf(predictions, bins),
    temperature:
      temperature === null
        ? null
        : {
            value: temperature,
            calibration: calibrationOf(
              predictions.map((each) => withTemperature(each, temperature)),
              bins,
            ),
          },
    falseAlarms: falseAlarms ? falseAlarmsOf(predictions, falseAlarms) : null,
    latency,
  }
}
