import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLiveSystem } from '../../pipelines/live-system.ts'
import { describeStep } from '../../src/cli/describe-step.ts'
import { parseConfig } from '../../src/config/load.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts'
import { prepareMachine, systemTools } from '../../test/support/prepare-machine.ts'
import { startRtspServer } from '../../test/support/rtsp-server.ts'
import { demoCameras } from './cameras.ts'
import { demoConfig } from './demo-config.ts'
import { demoOptions } from './demo-options.ts'
import { createScoreboard } from './scoreboard.ts'

const root = join(import.meta.dirname, '../..')
const options = demoOptions(process.argv.slice(2))

const say = (line: string) => process.stderr.write(`${line}\n`)
const print = (line: string) => process.stdout.write(`${line}\n`)

if (options.camera) {
  const { watchRealCamera } = await import('./real-camera.ts')
  const { camera, user, from, json, seconds = 0 } = options
  await watchRealCamera({ camera, user, from, json, seconds })
  process.exit()
}

const { missing, instruction } = await prepareMachine(['ffmpeg', 'rtspServer'], say)
if (missing.length > 0) {
  say(
    `The demo needs ${missing.map((id) => systemTools[id].name).join(' and ')}. Install it, then try again:`,
  )
  say(`  ${instruction}`)
  process.exit(69)
}

const folder = join(root, '.cache/demo')
const cameras = await demoCameras(options.cameras, join(folder, 'video'), say)
const server = await startRtspServer({
  mounts: Object.fromEntries(cameras.map(({ id, file }) => [`/${id}`, file])),
  user: 'viewer',
  password: 'demo-password',
})
const dataDir = join(folder, 'data')
rmSync(dataDir, { recursive: true, force: true })
// A file, so that the console can change cameras and start learning.
const configFile = join(folder, 'vireo.yaml')
const written = demoConfig({
  dataDir,
  modelDir: join(root, 'models/actions'),
  cameras: cameras.map(({ id }) => ({ id, url: server.url(`/${id}`) })),
  brokers: options.kafka ?? [],
  port: options.port,
  continuous: options.open,
})
rmSync(configFile, { force: true })
writeFileSync(configFile, written, { mode: 0o600 })
const config = parseConfig(written, { file: configFile })
const telemetry = createTelemetry({ level: 'error', pretty: process.stderr.isTTY })
const system = await startLiveSystem({
  config,
  configFile,
  telemetry,
  spawn,
  clock: systemClock,
  random: Math.random,
})
const scoreboard = createScoreboard(cameras)

say(`${cameras.length} cameras over RTSP; Ctrl-C ends the demo. Look at it: ${system.address}/console/`)
for (const source of system.live.sources()) {
  source.status$.subscribe(({ cameraId, state, reason }) => say(`  camera ${cameraId}: ${state} (${reason})`))
  scoreboard.watch(source.id, source.frames$(system.streamOf('actions')))
}
system.live.steps$.subscribe((step) => {
  scoreboard.take(step)
  if (options.json) print(JSON.stringify(step))
  else if (step.phase !== 'update') print(describeStep(step))
})

await new Promise<void>((resolve) => {
  const { seconds = options.open ? 0 : 95 } = options
  if (seconds > 0) setTimeout(resolve, seconds * 1000).unref()
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
  // Something must keep the process alive when only Ctrl-C ends it.
  if (seconds > 0) return
  const alive = setInterval(() => {}, 60_000)
  process.once('SIGINT', () => clearInterval(alive))
})
await system.close()
await server.kill()
telemetry.close()

const { caught, missed, invented } = scoreboard.score()
if (options.json) print(JSON.stringify({ caught, missed, invented }))
else {
  const list = (name: string, items: readonly { cameraId: string; label: string; startS: number }[]) => {
    print(`${name}: ${items.length}`)
    if (name !== 'caught')
      for (const { cameraId, label, startS } of items)
        print(`  ${cameraId} ${label} at ${startS.toFixed(1)} s`)
  }
  print('\nWhat the simulator staged, against the alerts:')
  list('caught', caught)
  list('missed', missed)
  list('invented', invented)
}
process.exit(0)
