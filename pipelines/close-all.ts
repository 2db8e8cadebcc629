import type { Clock } from '../src/core/clock.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'

export type Closing = () => unknown

/** Longest wait for one part to close. */
const closePatienceMs = 4000

/** Closes in the order of the data's way; a part that does not end in time keeps nobody waiting. */
export async function closeAll(
  closers: Closing[],
  { telemetry, clock }: { readonly telemetry: Telemetry; readonly clock: Clock },
): Promise<void> {
  for (const close of closers.splice(0).reverse()) {
    try {
      await within(clock, closePatienceMs, Promise.resolve(close()))
    } catch (thrown) {
      telemetry.log.warn({ err: thrown }, 'a part did not close cleanly')
    }
  }
}

/** Waits for the work, but not longer than the deadline. */
export function within(clock: Clock, deadlineMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(deadlineMs, resolve)
    work.then(resolve as () => void, reject).finally(cancel)
  })
}
