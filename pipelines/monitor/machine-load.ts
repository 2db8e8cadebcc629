import { cpus, freemem, totalmem } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface MachineLoad {
  readonly cores: number
  /** Of all cores, 0–1. */
  readonly busy: number | null
  readonly processCores: number | null
  readonly rssBytes: number
  readonly memoryBytes: number
  readonly memoryFreeBytes: number
  readonly delayP95Ms: number | null
}

const resolutionMs = 20

/** How busy machine and process were since it was asked before. */
export function createMachineLoad(): { take(): MachineLoad; close(): void } {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  let before = now()
  return {
    take() {
      const after = now()
      const [wall, total] = [after.atMs - before.atMs, after.totalMs - before.totalMs]
      const p95 = delay.percentile(95) / 1e6
      const load = {
        cores: cpus().length,
        busy: total <= 0 ? null : 1 - (after.idleMs - before.idleMs) / total,
        processCores: wall <= 0 ? null : (after.ownMs - before.ownMs) / wall,
        rssBytes: process.memoryUsage.rss(),
        memoryBytes: totalmem(),
        memoryFreeBytes: freemem(),
        delayP95Ms: Number.isFinite(p95) ? Math.max(0, p95 - resolutionMs) : null,
      }
      delay.reset()
      before = after
      return load
    },
    close: () => void delay.disable(),
  }
}

function now() {
  const times = cpus().map((core) => core.times)
  const { user, system } = process.cpuUsage()
  return {
    atMs: performance.now(),
    idleMs: times.reduce((sum, { idle }) => sum + idle, 0),
    totalMs: times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0),
    ownMs: (user + system) / 1000,
  }
}
