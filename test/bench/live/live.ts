import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { measureLatency } from './latency.ts'
import { measureRecovery } from './recovery.ts'

export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const latency = await measureLatency({ log, smoke })
  const recovery = await measureRecovery({ log, smoke })
  const extra = rounded(latency.ackP95Ms - latency.inferP95Ms)
  return {
    bench: 'live',
    machine: machine(),
    figures: { ...latency, ...recovery },
    bars: [
      bar('last frame to Kafka ack p95 less inference p95, at 70 % load, ms', extra, '<=', 50),
      bar('stall noticed, worst, ms', recovery.stallNoticedMs, '<=', 5000),
      bar(
        'wait before the next attempt once the camera is back, worst, ms',
        recovery.backoffMs,
        '<=',
        10_000,
      ),
      bar('frames again after that attempt, worst, ms', recovery.framesAgainMs, '<=', 2000),
      bar('frames lost on the cameras beside it', recovery.neighbourFramesLost, '<=', 0),
    ],
  }
}
