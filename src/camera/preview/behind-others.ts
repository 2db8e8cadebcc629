import { setPriority } from 'node:os'

/** Pictures for people wait for the analysis, not the other way round: their child gets what is left of the cores. */
export function runBehindOthers(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    setPriority(pid, 10)
  } catch {
    // It ended already, or the system allows no such thing.
  }
}
