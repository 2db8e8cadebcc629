import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it began, in the kernel's ticks since boot; null where the system does not tell. */
  readonly started: string | null
}

export function processIdentity(pid = process.pid): ProcessIdentity {
  return { pid, started: startedTicks(pid) }
}

/** Whether that very process still runs. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (thrown) {
    // EPERM: it is there, and somebody else's.
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return started === null || startedTicks(pid) === started
}

/** Field 22 of /proc/PID/stat (proc(5)); the name before it may hold spaces and parentheses. A zombie is gone. */
function startedTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'gone' : (fields[19] ?? null)
  } catch {
    return null
  }
}
