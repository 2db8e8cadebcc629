import type { Clock } from '../../src/core/clock.ts'
import type { AppError } from '../../src/core/errors.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { createSparseLog } from '../../src/core/time/sparse-log.ts'
import type { FileGuard } from '../../src/store/file-guard.ts'

export interface StoreWatch {
  /** What keeps events from being stored now, or null. */
  problem(): AppError | null
  /** Resolves when the files have been gone for so long that only a new start helps. */
  readonly gone: Promise<AppError>
  close(): void
}

const sweepMs = 2000
/** A volume that is mounted again, a folder that is moved back: no need to end for that. */
const mostGoneMs = 30_000
const quietMs = 30_000

/** Looks at the files of the store and at what waits for it, tells what is wrong, and that it is over. */
export function watchStore(options: {
  guard: Pick<FileGuard, 'problem'>
  /** Why the store refuses what waits for it; null while nothing waits. */
  refusal: () => AppError | null
  clock: Clock
  telemetry: Telemetry
}): StoreWatch {
  const { guard, refusal, clock, telemetry } = options
  const gone = Promise.withResolvers<AppError>()
  let goneSinceMs: number | null = null
  let failing = false
  const sparseLog = createSparseLog({ clock, everyMs: quietMs })
  let cancel = () => {}

  const tell = (error: AppError | null) => {
    telemetry.gauge('vireo_store_ok', {}, error ? 0 : 1)
    if (error) {
      const { code, message } = error
      sparseLog(code, () => telemetry.log.error({ code }, `events cannot be stored: ${message}`))
    } else if (failing) {
      telemetry.log.info({}, 'events are stored again')
      sparseLog.forget()
    }
    failing = error !== null
  }
  const sweep = () => {
    const nowMs = clock.monoMs()
    const missing = guard.problem()
    goneSinceMs = missing ? (goneSinceMs ?? nowMs) : null
    tell(missing ?? refusal())
    if (missing && nowMs - goneSinceMs! >= mostGoneMs) gone.resolve(missing)
    cancel = clock.after(sweepMs, sweep)
  }
  sweep()
  return {
    problem: () => guard.problem() ?? refusal(),
    gone: gone.promise,
    close: () => cancel(),
  }
}
