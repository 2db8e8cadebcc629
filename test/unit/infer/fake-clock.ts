import type { Clock } from '../../../src/core/clock.ts'

/** A clock that stands still until it is told to go on. */
export function createFakeClock() {
  let nowMs = 1000
  let timers: { readonly atMs: number; readonly fn: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    monoMs: () => nowMs,
    after(delayMs, fn) {
      const timer = { atMs: nowMs + delayMs, fn }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  return {
    clock,
    get timers() {
      return timers.length
    },
    /** Lets time pass, runs what falls due in order, and lets promises settle after each. */
    async pass(ms: number) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (!next) break
        nowMs = Math.max(nowMs, next.atMs)
        timers = timers.filter((other) => other !== next)
        next.fn()
        await settled()
      }
      nowMs = untilMs
      await settled()
    },
  }
}

/** Everything that only waits for promises has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
