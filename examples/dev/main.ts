import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runLive } from '../../src/cli/run/run-live.ts'
import { prepareMachine, systemTools } from '../../test/support/prepare-machine.ts'
import { demoCameras } from '../demo/cameras.ts'
import { devConfig } from './dev-config.ts'

const help = `npm run dev [-- options]: runs one camera, and starts again when a source file changes
  --video FILE   this video instead of a simulated one
  --dir DIR      where configuration and data are kept (.cache/dev)`

const root = join(import.meta.dirname, '../..')
const { values: options } = parseArgs({
  options: {
    video: { type: 'string' },
    dir: { type: 'string', default: join(root, '.cache/dev') },
    help: { type: 'boolean', default: false },
  },
})
const say = (line: string) => process.stderr.write(`${line}\n`)
if (options.help) {
  say(help)
  process.exit(0)
}

const { missing, instruction } = await prepareMachine(['ffmpeg'], say)
if (missing.length > 0) {
  say(`npm run dev needs ${missing.map((id) => systemTools[id].name).join(' and ')}: ${instruction}`)
  process.exit(69)
}
const config = join(options.dir, 'vireo.yaml')
if (!existsSync(config)) {
  const video = options.video ?? (await demoCameras(1, join(root, '.cache/demo/video'), say))[0]!.file
  mkdirSync(options.dir, { recursive: true })
  const parts = { dataDir: join(options.dir, 'data'), modelDir: join(root, 'models/actions'), video }
  writeFileSync(config, devConfig(parts))
}
say(`configuration: ${config}`)
await runLive({ config, json: false, alerts: true })
