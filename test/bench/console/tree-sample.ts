import { readdirSync, readFileSync } from 'node:fs'

export interface TreeSample {
  /** CPU time of a process and of those that it started and that run or ended, seconds. */
  readonly cpuS: number
  /** Memory of all of them that is their own, or their share of what they share, MB. */
  readonly memoryMb: number
  readonly processes: number
  readonly atMs: number
}

const ticksPerSecond = 100

/** What a process and its children use, from Linux's /proc. */
export function sampleTree(pid: number): TreeSample {
  const family = [pid, ...childrenOf(pid)]
  let ticks = 0
  let kb = 0
  for (const member of family)
    try {
      const fields = readFileSync(`/proc/${member}/stat`, 'latin1').split(') ')[1]!.split(' ').map(Number)
      ticks += fields[11]! + fields[12]!
      // Those of children that ended are told by their parent alone.
      if (member === pid) ticks += fields[13]! + fields[14]!
      const memory = readFileSync(`/proc/${member}/smaps_rollup`, 'latin1')
      kb += Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0)
    } catch {
      // It ended meanwhile.
    }
  return {
    cpuS: ticks / ticksPerSecond,
    memoryMb: kb / 1024,
    processes: family.length,
    atMs: performance.now(),
  }
}

/** Cores that were used between two samples. */
export const coresBetween = (from: TreeSample, to: TreeSample): number =>
  (to.cpuS - from.cpuS) / ((to.atMs - from.atMs) / 1000)

function childrenOf(pid: number): number[] {
  const own = readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1')
        .split(' ')
        .filter(Boolean)
        .map(Number)
    } catch {
      return []
    }
  })
  return own
}
