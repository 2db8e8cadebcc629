#!/usr/bin/env node
// Starts the CLI with a Node that can run it: the caller's when it is new enough, else the Node 24 that the
// npm package `node` put into node_modules/.bin. Plain JavaScript, because an old Node must be able to read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Nothing of an installation leaves it by itself: ONNX Runtime would report to its maker (src/onnx/runtime-telemetry.ts).
process.env.ORT_DISABLE_TELEMETRY ??= '1'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [major, minor] = process.versions.node.split('.').map(Number)
// Frames live for a second. Left to itself V8 collects the whole heap every few seconds because of them; so they die in
// a small young space, and the old one is left alone until it has grown (docs/decisions/0042).
const heap = ['--max-semi-space-size=8', '--initial-old-space-size=96']
const chosen = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) =>
  text.includes('semi-space'),
)
const newEnough = major > 24 || (major === 24 && minor >= 6)

if (!newEnough && !process.env.VIREO_NODE_RESPAWNED) {
  const bundled = [join(root, 'node_modules/node/bin/node'), join(root, '../node/bin/node')].find(existsSync)
  if (!bundled) {
    process.stderr.write(
      `vireo needs Node 24.6 or newer, this is ${process.version}. Run "npm install" in ${root}: it brings one.\n`,
    )
    process.exit(78)
  }
  const child = spawn(bundled, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, VIREO_NODE_RESPAWNED: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
} else if (process.argv[2] === 'run' && !chosen && !process.connected && process.platform !== 'win32') {
  // The same process with another Node in it: pid, signals and descriptors stay.
  const args = [process.execPath, ...heap, ...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, args, process.env)
} else {
  const source = join(root, 'src/cli/main.ts')
  const entry = existsSync(source) ? source : join(root, 'dist/src/cli/main.js')
  const { main } = await import(pathToFileURL(entry).href)
  await main(process.argv.slice(2))
}
