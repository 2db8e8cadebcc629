import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const name = 'feight-detection-from-surveillance-cameras'
const version = '0.0.1'
const cache = join(import.meta.dirname, '../../.cache/fight-model')

/**
 * The wheel of the PyPI package with the MC3-18 (MIT), fetched once through pip into .cache. Null with a reason where
 * there is no pip, or the index does not answer.
 */
export function fightModel(): { readonly archive: string | null; readonly reason: string } {
  const archive = join(cache, `${version}.whl`)
  if (existsSync(archive)) return { archive, reason: '' }
  const partial = join(cache, `${version}.${process.pid}`)
  try {
    mkdirSync(partial, { recursive: true })
    const args = ['download', '--no-deps', '--only-binary=:all:', '--retries', '1', '--dest', partial]
    execFileSync('pip', [...args, `${name}==${version}`], { stdio: 'ignore', timeout: 120_000 })
    renameSync(join(partial, readdirSync(partial)[0]!), archive)
    return { archive, reason: '' }
  } catch {
    return { archive: null, reason: `pip could not fetch ${name} ${version} (43 MB)` }
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
