import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import { fineTunePlanSchema } from './fine-tune-plan.ts'
import type { PlanGrid } from './grid-search.ts'

/** What other programs call it. */
const otherNames: Readonly<Record<string, string>> = { learningRate: 'peakRate' }

/** Every setting of the plan by its path, such as `augmentation.crop`. */
const settings = settingsOf(fineTunePlanSchema)

/**
 * A grid as it is typed: `peakRate=1e-4,3e-4`, one field with its values each. Fields and values are those of the plan.
 *
 * @throws AppError TRAIN_PLAN naming field and value
 */
export function parseGrid(axes: readonly string[]): PlanGrid {
  const grid: Record<string, readonly unknown[]> = {}
  for (const axis of axes) {
    const at = axis.indexOf('=')
    if (at < 1) throw refuse(axis, 'give a field and its values, such as peakRate=1e-4,3e-4')
    const given = axis.slice(0, at).trim()
    const field = otherNames[given] ?? given
    const schema = settings.get(field)
    if (!schema) throw refuse(given, `the plan has no such field; it has ${[...settings.keys()].join(', ')}`)
    if (field in grid) throw refuse(given, 'is given twice; give all its values at once, with commas')
    const texts = axis.slice(at + 1).split(',')
    const values = texts.map((text) => readTyped({ schema, given, text: text.trim() }))
    if (new Set(values).size < values.length) throw refuse(given, 'a value is given twice')
    grid[field] = values
  }
  if (axes.length === 0)
    throw new AppError('TRAIN_PLAN', 'grid: give at least one field with values, such as peakRate=1e-4,3e-4')
  return grid
}

function readTyped({ schema, given, text }: { schema: z.ZodType; given: string; text: string }): unknown {
  if (text === '') throw refuse(given, 'a value is missing: give values with commas between them')
  const parsed = schema.safeParse(readValue(text))
  if (parsed.success) return parsed.data
  throw refuse(given, `${text}: ${parsed.error.issues[0]!.message}`)
}

/** A number, true, false or null, else the text as it is. */
function readValue(text: string): unknown {
  if (text === 'null') return null
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

function settingsOf(schema: z.ZodObject, path = ''): Map<string, z.ZodType> {
  return new Map(
    Object.entries(schema.shape).flatMap(([name, field]) => {
      const at = path === '' ? name : `${path}.${name}`
      const inner = field instanceof z.ZodPrefault ? field.unwrap() : field
      if (inner instanceof z.ZodObject) return [...settingsOf(inner, at)]
      return [[at, field as z.ZodType] as const]
    }),
  )
}

const refuse = (field: string, why: string) => new AppError('TRAIN_PLAN', `grid: ${field}: ${why}`)
