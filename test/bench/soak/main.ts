// npm run soak -- [--minutes N] [--json]
import '../../../src/onnx/runtime-telemetry.ts'
import { parseArgs } from 'node:util'
import { prepareMachine } from '../../support/prepare-machine.ts'
import { run } from './soak.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, json: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
if (!(minutes >= 0.5)) {
  process.stderr.write('npm run soak -- --minutes N (at least 0.5) [--json]\n')
  process.exit(64)
}
const log = (line: string) => process.stderr.write(`soak: ${line}\n`)
const { missing, instruction } = await prepareMachine(['ffmpeg', 'rtspServer'], log)
if (missing.length > 0) {
  log(`${missing.join(', ')} missing: ${instruction}`)
  process.exit(69)
}
const report = await run({ minutes, log, smoke: false })
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
else
  for (const { name, value, op, limit, holds } of report.bars)
    process.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${name}: ${value} ${op} ${limit}\n`)
process.exit(report.bars.every(({ holds }) => holds) ? 0 : 1)
