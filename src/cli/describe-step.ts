import type { AlertStep } from '../core/alert.ts'
import { cleanLine } from '../core/text/clean-text.ts'

/**
 * One line for people.
 *
 * @param timeZone whose clocks its time is of: that of the cameras, in which `--since` is read too.
 */
export function describeStep(step: AlertStep, timeZone = 'UTC'): string {
  const time = new Date(step.lastMs).toLocaleTimeString('sv', { timeZone })
  const lengthS = ((step.lastMs - step.startedMs) / 1000).toFixed(1)
  const ending = step.endReason === null || step.endReason === 'cleared' ? '' : ` (${step.endReason})`
  const columns = [
    time,
    step.phase.padEnd(6),
    step.severity.padEnd(8),
    step.cameraId.padEnd(12),
    cleanLine(step.label).padEnd(10),
    `score ${step.score.toFixed(2)}`,
    `${lengthS} s${ending}`,
  ]
  return columns.join('  ')
}

/** The same for the data of an alert's event. */
export function describeAlertData(
  data: AlertStep & { startedAt: string; lastAt: string },
  timeZone?: string,
): string {
  const times = { startedMs: Date.parse(data.startedAt), lastMs: Date.parse(data.lastAt) }
  return describeStep({ ...data, ...times }, timeZone)
}
