import type { Config } from '../src/config/schema.ts'
import type { Clock } from '../src/core/clock.ts'
import type { EventStore } from '../src/event/event-store.ts'
import type { RunningTelemetry } from '../src/telemetry/create-telemetry.ts'

/** Removes events that are old and sent: at the start and then every hour, a little at a time. */
export function startPruning(options: {
  store: EventStore
  sinks: readonly string[]
  config: Config
  clock: Clock
  /** By which events grow old. */
  steady: Clock
  telemetry: RunningTelemetry
}): () => void {
  const { store, sinks, config, clock, steady, telemetry } = options
  const keepMs = config.events.keepDays * 86_400_000
  let cancel = () => {}
  const prune = () => {
    let removed = 0
    try {
      removed = store.prune({ keepMs: keepMs + clock.nowMs() - steady.nowMs(), sinks })
    } catch (thrown) {
      telemetry.log.warn({ err: thrown }, 'old events could not be removed')
    }
    cancel = clock.after(removed > 0 ? 100 : 3_600_000, prune)
  }
  cancel = clock.after(1000, prune)
  return () => cancel()
}
