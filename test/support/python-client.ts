import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const requirements = join(import.meta.dirname, '../../examples/consumers/python/requirements.txt')
const cache = join(import.meta.dirname, '../../.cache')

/** The folder of the virtual environment; its name changes with what is in it, so that it is made anew. */
function environment(): string {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  return join(cache, `python-${version}`)
}

/** The Python that has the client of the example, or null. */
export function pythonWithClient(): string | null {
  const python = join(environment(), 'bin/python3')
  return existsSync(python) ? python : null
}

/** Makes a virtual environment with the client, once, into .cache. Returns why that cannot be done, or null. */
export async function preparePythonClient(log: (line: string) => void): Promise<string | null> {
  const folder = environment()
  if (existsSync(folder)) return null
  const partial = `${folder}.${process.pid}`
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore', timeout: 30_000 })
    log('fetching a Kafka client for Python (about 5 MB, once)…')
    const run = promisify(execFile)
    await run('python3', ['-m', 'venv', partial], { timeout: 120_000 })
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
    await run(join(partial, 'bin/python3'), [...pip, '-r', requirements], { timeout: 180_000 })
    renameSync(partial, folder)
    return null
  } catch (thrown) {
    rmSync(partial, { recursive: true, force: true })
    return String((thrown as Error).message)
      .trim()
      .split('\n')
      .at(-1)!
  }
}
