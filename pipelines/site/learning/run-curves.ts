import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RunDetail } from '../../../src/http/learning-port.ts'
import { readJson } from '../../../src/store/read-json.ts'

const mostPoints = 400
/** Of a longer file the end is read: the beginning of a run is the same at every look. */
const mostBytes = 2 * 1024 * 1024

const figure = z.number().nullable()
const stepSchema = z.looseObject({
  type: z.literal('step'),
  step: z.number(),
  loss: z.number(),
  rate: figure,
})
const epochSchema = z.looseObject({
  type: z.literal('epoch'),
  step: z.number(),
  validationLoss: figure,
  validationAccuracy: figure,
})
const lossSchema = z.object({ step: z.number(), masked: figure, next: figure })

/** The curves of a run so far, with so few points that a page draws them at once. */
export async function readCurves(runDir: string): Promise<RunDetail['curves']> {
  const [history, losses] = await Promise.all([
    linesOf(join(runDir, 'finetune', 'history.jsonl')),
    linesOf(join(runDir, 'pretrain', 'pretraining.jsonl')),
  ])
  const steps = history.flatMap((line) => readJson(line, stepSchema) ?? [])
  const epochs = history.flatMap((line) => readJson(line, epochSchema) ?? [])
  return {
    pretrain: thinned(losses.flatMap((line) => readJson(line, lossSchema) ?? [])),
    finetune: {
      steps: thinned(steps).map(({ step, loss, rate }) => ({ step, loss, rate })),
      epochs: thinned(epochs).map(({ step, validationLoss, validationAccuracy }) => ({
        step,
        validationLoss,
        accuracy: validationAccuracy,
      })),
    },
  }
}

/** Every so many-th, and the last. */
export function thinned<T>(points: readonly T[], most = mostPoints): T[] {
  const every = Math.ceil(points.length / most)
  return points.filter((_, at) => at % every === 0 || at === points.length - 1)
}

async function linesOf(path: string): Promise<string[]> {
  const text = await tailOf(path).catch(() => '')
  // A last line without its end is being written.
  return text.split('\n').slice(0, -1)
}

async function tailOf(path: string): Promise<string> {
  await using file = await open(path)
  const { size } = await file.stat()
  if (size <= mostBytes) return await readFile(file, 'utf8')
  const bytes = Buffer.alloc(mostBytes)
  await file.read(bytes, 0, mostBytes, size - mostBytes)
  const text = bytes.toString('utf8')
  return text.slice(text.indexOf('\n') + 1)
}
