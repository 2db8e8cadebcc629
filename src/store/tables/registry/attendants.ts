import type { StoreDatabase } from '../../store-database.ts'

/** A process that serves a model; `started` tells it from a later one with the same number. */
export interface Attendant {
  readonly pid: number
  readonly started: string | null
}

/** The table of processes that serve models. */
export interface Attendants {
  add(model: string, attendant: Attendant, sinceMs: number): void
  remove(pid: number): void
  of(model: string): Attendant[]
}

export function createAttendants(database: StoreDatabase): Attendants {
  const put = database.prepare('INSERT OR REPLACE INTO attendant VALUES (?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM attendant WHERE pid = ?')
  const ofModel = database.prepare('SELECT pid, started FROM attendant WHERE model = ?')
  return {
    add: (model, { pid, started }, sinceMs) => void put.run(model, pid, started, sinceMs),
    remove: (pid) => void remove.run(pid),
    of: (model) =>
      ofModel.all(model).map(({ pid, started }) => ({
        pid: Number(pid),
        started: started === null ? null : String(started),
      })),
  }
}
