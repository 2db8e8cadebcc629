import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../../core/clock.ts'

export interface YieldingChild {
  /** Lets a process stand still whenever the cores are needed. Given to ToolOptions.onStart. */
  readonly attach: (child: ChildProcess) => void
  /** Resolves when the cores are not needed: at once, or after they have not been for a while. */
  idle(): Promise<void>
  close(): void
}

const everyMs = 1000
/** So long the cores must be free before what stands still goes on. */
const calmMs = 10_000

/**
 * Steps back from the live path: a process is stopped (SIGSTOP) while somebody else needs the cores, and goes on
 * (SIGCONT) when they have been free for ten seconds. Its memory and what it wrote stay.
 */
export function createYieldingChild(options: {
  /** Asked every second. */
  isBusy: () => boolean
  clock: Clock
  onPaused: (paused: boolean) => void
}): YieldingChild {
  const { isBusy, clock, onPaused } = options
  const waiting = new Set<() => void>()
  let child: ChildProcess | null = null
  let busyMs = Number.NEGATIVE_INFINITY
  let paused = false
  let cancel = () => {}
  let closed = false

  const set = (next: boolean) => {
    if (next === paused) return
    paused = next
    child?.kill(paused ? 'SIGSTOP' : 'SIGCONT')
    onPaused(paused)
    if (!paused) release()
  }
  const release = () => {
    for (const go of waiting) go()
    waiting.clear()
  }
  const look = () => {
    const nowMs = clock.monoMs()
    if (isBusy()) busyMs = nowMs
    set(nowMs - busyMs < (paused ? calmMs : 1))
    if (!closed) cancel = clock.after(everyMs, look)
  }
  look()

  return {
    attach(started) {
      child = started
      if (paused) started.kill('SIGSTOP')
      started.once('close', () => {
        if (child === started) child = null
      })
    },
    idle() {
      if (!paused || closed) return Promise.resolve()
      return new Promise((resolve) => waiting.add(resolve))
    },
    close() {
      closed = true
      cancel()
      set(false)
      release()
    },
  }
}
