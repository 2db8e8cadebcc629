/** That somebody did something, or tried to. */
export interface AuditEntry {
  readonly atMs: number
  readonly who: string
  /** How he was known: session, token, loopback, login, cli. */
  readonly via: string
  readonly address: string
  /** What was done, such as `POST /api/v1/cameras/:id/pause`. */
  readonly action: string
  /** To what, such as the id of a camera; empty where the action says it. */
  readonly object: string
  /** `ok`, or the code of the error. */
  readonly result: string
}

export interface AuditFilter {
  readonly who?: string
  readonly sinceMs?: number
  readonly untilMs?: number
}
