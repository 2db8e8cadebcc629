import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../report.ts'

/**
 * A Python that has PyTorch: VIREO_TORCH_PYTHON, python3 of the PATH, or a virtual environment in .cache,
 * which is made with pip when it is absent and `install` is asked for; else null.
 */
export function torchPython(log: Log, { install }: { install: boolean }): string | null {
  const venv = join(import.meta.dirname, '../../../.cache/bench-torch')
  const own = join(venv, 'bin/python')
  const found = [process.env.VIREO_TORCH_PYTHON, 'python3', own].find(
    (python) => python !== undefined && hasTorch(python),
  )
  if (found) return found
  if (!install) return null
  log(`no Python with torch (VIREO_TORCH_PYTHON, PATH): installing it into ${venv}`)
  if (!existsSync(own)) execute('python3', ['-m', 'venv', venv])
  execute(own, ['-m', 'pip', 'install', '--quiet', 'torch', 'numpy'])
  return own
}

function hasTorch(python: string): boolean {
  return spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0
}

function execute(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed; set VIREO_TORCH_PYTHON`)
}
