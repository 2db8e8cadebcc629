import { readdirSync, readFileSync } from 'node:fs'

/** What a process uses at one moment, from Linux's /proc. */
export interface ProcessSample {
  readonly rssMb: number
  readonly fds: number
  readonly threads: number
  readonly children: number
  /** CPU time of the process itself so far, seconds; not that of its children. */
  readonly cpuS: number
}

const ticksPerSecond = 100

export function sampleProcess(pid: number): ProcessSample {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ') as [string, string]
  const fields = rest.split(' ')
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean)
  return {
    rssMb: field('VmRSS') / 1024,
    fds: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
    children: children.length,
    cpuS: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  }
}
