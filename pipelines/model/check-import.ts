import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../src/core/errors.ts'

export interface ImportTarget {
  readonly outDir: string
  readonly force: boolean
  readonly labels: readonly string[]
}

/** What can be refused before the model is read. @throws AppError API_BAD_REQUEST naming the option */
export function checkImport({ outDir, force, labels }: ImportTarget, background: readonly string[]): void {
  if (!force && existsSync(join(outDir, 'bundle.json')))
    throw new AppError('API_BAD_REQUEST', `--out ${outDir}: a bundle is there already; --force replaces it`)
  const unknown = background.find((label) => !labels.includes(label))
  if (unknown !== undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      `--background ${unknown}: is not one of the ${labels.length} labels`,
    )
}

/** Scores that are taken as they are must be probabilities. @throws AppError API_BAD_REQUEST saying what to use instead */
export function checkScores(
  activation: string,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
  instead: string,
): void {
  if (activation !== 'none' || (lowest >= 0 && highest <= 1)) return
  throw new AppError(
    'API_BAD_REQUEST',
    `--activation none: the graph gives scores from ${lowest.toPrecision(3)} to ${highest.toPrecision(3)}, so they are not probabilities; use ${instead}`,
  )
}
