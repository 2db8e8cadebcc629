// Installs the npm dependencies when they are missing or older than the lock file, so that `npm run demo` and
// `npm test` work in a fresh clone. Plain JavaScript without dependencies: any Node from 18 on can run it.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
const installed = join(root, 'node_modules/.package-lock.json')
const wanted = join(root, 'package-lock.json')
const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs - 60_000
if (!fresh) {
  process.stderr.write('Installing npm dependencies (once)…\n')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    process.stderr.write('npm install failed; see its messages above.\n')
    process.exit(status ?? 1)
  }
}
