import { z } from 'zod'
import type { AlertStep } from '../core/alert.ts'
import type { OutboxEvent } from '../core/events.ts'
import { cleanLine } from '../core/text/clean-text.ts'
import { readJson } from '../store/read-json.ts'

/** What is told of a step. */
type ToldStep = Pick<AlertStep, 'cameraId' | 'label' | 'score' | 'startedMs' | 'lastMs'> & {
  readonly phase: string
  readonly severity: string
  readonly endReason: string | null
}

/**
 * One line for people.
 *
 * @param timeZone whose clocks its time is of: that of the cameras, in which `--since` is read too.
 */
export function describeStep(step: ToldStep, timeZone = 'UTC'): string {
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

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const alertSchema = z.looseObject({
  phase: z.string(),
  severity: z.string(),
  cameraId: z.string(),
  label: z.string(),
  score: z.number(),
  endReason: z.string().nullable(),
  startedAt: time,
  lastAt: time,
})

/** The same for an alert's event; one that is damaged is told as such. */
export function describeAlertEvent(
  { id, dataJson }: Pick<OutboxEvent, 'id' | 'dataJson'>,
  timeZone?: string,
): string {
  const data = readJson(dataJson, alertSchema)
  if (data === null) return `event ${cleanLine(id)} cannot be read: the database is damaged there`
  return describeStep({ ...data, startedMs: data.startedAt, lastMs: data.lastAt }, timeZone)
}
