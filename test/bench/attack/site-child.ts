// Child of the attack bench: a whole Vireo in this process that says how long its event loop stood still.
// Arguments: folder of the site. Messages: 'begin', 'end' (answered with { worstMs }), 'stop'.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startLiveSystem } from '../../../pipelines/live-system.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'

const [folder = ''] = process.argv.slice(2)
const configFile = join(folder, 'vireo.yaml')
const bugs: string[] = []
const system = await startLiveSystem({
  config: loadConfig(configFile),
  configFile,
  clock: systemClock,
  spawn,
  random: Math.random,
  telemetry: createTelemetry({
    level: 'error',
    destination: {
      write(line) {
        if (/BUG_/.test(line)) bugs.push(line)
      },
    },
  }),
})
process.on('uncaughtException', (thrown) => bugs.push(`uncaught ${thrown.stack}`))
const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
process.on('message', (message) => {
  if (message === 'begin') {
    delay.reset()
    process.send!({ begun: true })
  } else if (message === 'end') {
    const frames = system.live.statuses().filter(({ state }) => state === 'live').length
    process.send!({ worstMs: delay.max / 1e6, live: frames, bugs: bugs.splice(0) })
  } else if (message === 'stop') void system.close().then(() => process.exit(0))
})
process.send!({ address: system.address })
