import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../config/package-root.ts'
import { childEnvironment } from '../core/process/child-environment.ts'

/** Version of this Vireo, with the commit when it runs from its repository: 0.1.0+3fa9c21, or …-dirty. */
export async function codeVersion(): Promise<string> {
  const root = packageRoot()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  if (!existsSync(join(root, '.git'))) return version
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-C', root, ...args], { env: childEnvironment(process.env) })
  try {
    const commit = (await git('rev-parse', '--short', 'HEAD')).stdout.trim()
    const changed = (await git('status', '--porcelain', '--untracked-files=no')).stdout.trim() !== ''
    return `${version}+${commit}${changed ? '-dirty' : ''}`
  } catch {
    return version
  }
}
