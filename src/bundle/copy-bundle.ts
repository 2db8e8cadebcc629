import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bundle } from './bundle-schema.ts'
import { type LoadedBundle, loadBundle } from './load-bundle.ts'
import { writeBundle } from './write-bundle.ts'

/** Writes a bundle again elsewhere, with other words on its card. @throws as loadBundle and writeBundle */
export async function copyBundle(
  from: string,
  to: string,
  changes: Partial<Omit<Bundle, 'files' | 'formatVersion'>>,
): Promise<LoadedBundle> {
  const { bundle } = await loadBundle(from)
  const { files, formatVersion: _, ...card } = bundle
  const bytes = await Promise.all(
    files.map(async ({ path }) => [path, await readFile(join(from, path))] as const),
  )
  return writeBundle(to, { ...card, ...changes }, Object.fromEntries(bytes))
}
