// npm run bench -- NAME [--json] [--save] [--smoke] [--only PART,PART]
import '../../src/onnx/runtime-telemetry.ts'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareMachine } from '../support/prepare-machine.ts'
import { benches } from './benches.ts'
import { benchmarksDocument, reportFile } from './benchmarks-document.ts'
import type { Log, Measured } from './report.ts'

const root = join(import.meta.dirname, '../..')
const [name = '', ...flags] = process.argv.slice(2)
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (!bench) {
  process.stderr.write('npm run bench -- NAME [--json] [--save] [--smoke]\n')
  for (const [key, { about }] of Object.entries(benches))
    process.stderr.write(`  ${key.padEnd(8)} ${about}\n`)
  process.stderr.write('--smoke runs it in its smallest size: its parts work, its figures say nothing.\n')
  process.exit(name === '' || name === '--help' ? 0 : 64)
}
const log: Log = (line) => process.stderr.write(`${name}: ${line}\n`)
const smoke = flags.includes('--smoke')
const only = flags.includes('--only') ? flags[flags.indexOf('--only') + 1]?.split(',') : undefined
if ((smoke || only) && flags.includes('--save')) {
  log('only the figures of a whole run are saved, not those of --smoke or --only')
  process.exit(64)
}
const absent = (bench.files ?? []).filter((file) => !existsSync(join(root, file)))
if (absent.length > 0) {
  log(`${absent.join(', ')} missing: this bench needs data that is not part of the repository`)
  process.exit(69)
}
const reason = bench.absent?.() ?? null
if (reason !== null) {
  log(reason)
  process.exit(69)
}
const { missing, instruction } = await prepareMachine(bench.needs ?? [], log)
if (missing.length > 0) {
  log(`${missing.join(', ')} missing: ${instruction}`)
  process.exit(69)
}
// Before it runs: the commit may change meanwhile.
const source = measured()
const report = await (await bench.load()).run({ log, smoke, ...(only && { only }) })
if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(report)}\n`)
else {
  for (const [key, value] of Object.entries(report.figures)) process.stdout.write(`${key}: ${value}\n`)
  for (const { name: text, value, op, limit, holds } of report.bars)
    process.stdout.write(`${smoke ? 'smoke' : holds ? 'holds' : 'FAILS'}  ${text}: ${value} ${op} ${limit}\n`)
}
if (flags.includes('--save')) {
  const folder = join(root, 'docs/benchmarks')
  if (!existsSync(folder)) mkdirSync(folder)
  const { bench: title, machine, ...figures } = report
  const saved = { bench: title, machine, measured: source, ...figures }
  writeFileSync(reportFile(root, name), `${JSON.stringify(saved, null, 2)}\n`)
  writeFileSync(join(root, 'docs/benchmarks.md'), benchmarksDocument(root))
}
process.exit(smoke || report.bars.every(({ holds }) => holds) ? 0 : 1)

function measured(): Measured {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const given = flags.filter((flag) => !['--json', '--save'].includes(flag))
  const command = ['npm run bench --', name, ...given, '--json'].join(' ')
  const date = new Date().toISOString().slice(0, 10)
  try {
    // The saved figures are no part of what is measured.
    const changed = git('status', '--porcelain', '--', ':!docs') !== ''
    return { date, commit: `${git('rev-parse', '--short=7', 'HEAD')}${changed ? '+' : ''}`, command }
  } catch {
    return { date, commit: 'unknown', command }
  }
}
