import type { CpuInfo } from 'node:os'

/**
 * Share of all cores that was taken since the call before, 0–1, without what runs at a lower priority (nice): that
 * gives way by itself. Null at the first call and when no time has passed.
 */
export function createCoreLoad(cpus: () => readonly Pick<CpuInfo, 'times'>[]): () => number | null {
  let before: { busy: number; total: number } | null = null
  return () => {
    const now = { busy: 0, total: 0 }
    for (const { times } of cpus()) {
      now.busy += times.user + times.sys + times.irq
      now.total += times.user + times.sys + times.irq + times.idle + times.nice
    }
    const passed = before === null ? 0 : now.total - before.total
    const share = passed > 0 ? (now.busy - before!.busy) / passed : null
    before = now
    return share
  }
}
