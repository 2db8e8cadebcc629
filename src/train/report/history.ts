import { z } from 'zod'
import { AppError } from '../../core/errors.ts'

const figure = z.number().nullable().exactOptional()

const historyRecordSchema = z
  .looseObject({
    step: z.number().exactOptional(),
    epoch: z.number().exactOptional(),
    loss: figure,
    validationLoss: figure,
    accuracy: figure,
    learningRate: figure,
  })
  .refine(({ step, epoch }) => step !== undefined || epoch !== undefined, 'neither step nor epoch')

/** One line of a run's history. Figures that a step does not have are left out or null. */
export type HistoryRecord = z.infer<typeof historyRecordSchema>

/** Where a record stands on the horizontal axis. */
export const placeOf = ({ step, epoch }: HistoryRecord): number => step ?? epoch ?? 0

/**
 * Reads a history in JSON Lines. A last line without its end is what a killed run leaves: it is left out.
 * @throws AppError TRAIN_DATA with the line.
 */
export function parseHistory(text: string, file = 'history'): HistoryRecord[] {
  const lines = text.split('\n')
  lines.pop()
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const refuse = (reason: string) => new AppError('TRAIN_DATA', `${file}, line ${index + 1}: ${reason}`)
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (cause) {
      throw refuse((cause as Error).message)
    }
    const result = historyRecordSchema.safeParse(value)
    if (!result.success) throw refuse(result.error.issues[0]!.message)
    return [result.data]
  })
}

/** The same records as JSON Lines. */
export function formatHistory(records: readonly HistoryRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
