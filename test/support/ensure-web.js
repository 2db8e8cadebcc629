// Builds the console's page in a clone when it is missing or older than its sources. Plain JavaScript: any Node reads it.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
const sources = join(root, 'src/web')
const built = join(root, 'dist/web/index.html')

/** When the newest file below a folder was changed; folders count, because a file may have been taken away. */
function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const isFresh = existsSync(built) && statSync(built).mtimeMs >= newest(sources)
if (!isFresh) {
  process.stderr.write("Building the console's page (once)…\n")
  const own = join(root, 'node_modules/.bin/node')
  const { status } = spawnSync(
    existsSync(own) ? own : process.execPath,
    [
      join(root, 'node_modules/vite/bin/vite.js'),
      'build',
      '--config',
      join(sources, 'vite.config.ts'),
      '--logLevel',
      'error',
    ],
    { cwd: root, stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) {
    process.stderr.write('The page could not be built; see the messages above.\n')
    process.exit(status ?? 1)
  }
}
