// npm run bench -- NAME [--json] [--save]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareMachine, type SystemToolId } from '../support/prepare-machine.ts'
import { benchmarksDocument, reportFile } from './benchmarks-document.ts'
import type { BenchReport, Log } from './report.ts'

interface Bench {
  readonly about: string
  /** What it needs outside npm; installed where that is possible. */
  readonly needs?: readonly SystemToolId[]
  readonly load: () => Promise<{ run(options: { log: Log }): Promise<BenchReport> }>
}

const benches: Readonly<Record<string, Bench>> = {
  ingest: {
    about: 'CPU of the ingest path against bare ffmpeg, 720p and 1080p',
    needs: ['ffmpeg'],
    load: () => import('./ingest/ingest.ts'),
  },
  infer: {
    about: 'clips per second of the engine against a bare loop; event-loop delay with 16 cameras',
    load: () => import('./infer/infer.ts'),
  },
  live: {
    about: 'latency from the last frame to the Kafka ack at 70 % load; stalls and reconnects over RTSP',
    needs: ['ffmpeg', 'rtspServer', 'java', 'maven'],
    load: () => import('./live/live.ts'),
  },
  train: {
    about: 'training steps against PyTorch: speed, memory, losses; gradients against TensorFlow.js',
    load: () => import('./train/train.ts'),
  },
  stream: {
    about: 'the streaming video transformer against overlapping windows; cameras by inference alone; int8',
    load: () => import('./stream/stream.ts'),
  },
  outbox: {
    about: '10,000 alerts over 20 kill -9 rounds and a broker outage: how many are lost',
    needs: ['java', 'maven'],
    load: () => import('./outbox/outbox.ts'),
  },
  weizmann: {
    about:
      'ten actions of nine people, each person left out once: transformer with and without pretraining, CNN',
    needs: ['ffmpeg'],
    load: () => import('./weizmann/weizmann.ts'),
  },
  faults: {
    about: 'every camera fault: noticed, recovered, frames lost beside it; 100 alert clips; hot changes',
    needs: ['ffmpeg', 'rtspServer'],
    load: () => import('./faults/faults.ts'),
  },
  track: {
    about: 'MOTA and IDF1 against a tracker of overlap alone; cores for 100 tracks on each of 32 cameras',
    needs: ['ffmpeg'],
    load: () => import('./track/track.ts'),
  },
  rules: {
    about: 'every behaviour: recall and false alarms in scenes of the simulator; the same bytes twice',
    needs: ['ffmpeg'],
    load: () => import('./rules/rules.ts'),
  },
  soak: {
    about: '16 cameras for 10 minutes: growth of memory, descriptors, threads, lag; own CPU',
    needs: ['ffmpeg', 'rtspServer'],
    load: () => import('./soak/soak.ts'),
  },
}

const [name = '', ...flags] = process.argv.slice(2)
const bench = benches[name]
if (!bench) {
  process.stderr.write('npm run bench -- NAME [--json] [--save]\n')
  for (const [key, { about }] of Object.entries(benches))
    process.stderr.write(`  ${key.padEnd(8)} ${about}\n`)
  process.exit(name === '' || name === '--help' ? 0 : 64)
}
const log: Log = (line) => process.stderr.write(`${name}: ${line}\n`)
const { missing, instruction } = await prepareMachine(bench.needs ?? [], log)
if (missing.length > 0) {
  log(`${missing.join(', ')} missing: ${instruction}`)
  process.exit(69)
}
const report = await (await bench.load()).run({ log })
if (flags.includes('--json')) process.stdout.write(`${JSON.stringify(report)}\n`)
else {
  for (const [key, value] of Object.entries(report.figures)) process.stdout.write(`${key}: ${value}\n`)
  for (const { name: text, value, op, limit, holds } of report.bars)
    process.stdout.write(`${holds ? 'holds' : 'FAILS'}  ${text}: ${value} ${op} ${limit}\n`)
}
if (flags.includes('--save')) {
  const root = join(import.meta.dirname, '../..')
  const folder = join(root, 'docs/benchmarks')
  if (!existsSync(folder)) mkdirSync(folder)
  writeFileSync(reportFile(root, name), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(root, 'docs/benchmarks.md'), benchmarksDocument(root))
}
process.exit(report.bars.every(({ holds }) => holds) ? 0 : 1)
