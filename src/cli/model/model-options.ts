import type { ImportPlan } from '../../../pipelines/model/import-model.ts'
import { readValue } from '../options/guard-values.ts'
import { importReaders } from './import-readers.ts'
import { type ImportValues, planImport } from './plan-import.ts'

/** The options of `vireo model import` as text, by the names that commander gives them. */
export type ImportOptions = {
  readonly [Name in keyof ImportValues]: ImportValues[Name] extends boolean | undefined
    ? ImportValues[Name]
    : string
}

/** Turns the text of options into a plan. Throws API_BAD_REQUEST naming the option and what it accepts. */
export function parseImportOptions(file: string, options: ImportOptions): ImportPlan {
  const values = Object.entries(options).map(([name, text]) => [name, readOne(name, text)])
  return planImport(file, Object.fromEntries(values) as ImportValues)
}

function readOne(name: string, text: unknown): unknown {
  const readers: Readonly<Record<string, (text: string) => unknown>> = importReaders
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (!read || typeof text !== 'string') return text
  const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return readValue(option, text, () => read(text))
}
