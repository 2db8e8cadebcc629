export interface PlayerPulse {
  readonly nowMs: number
  /** Pictures that were shown so far. */
  readonly frames: number
  /** Pieces of media that came so far. */
  readonly received: number
}

export type Verdict = 'fine' | 'restart' | 'give-up'

/** Media come and no picture is shown. */
const frozenMs = 4000
/** The camera is live and nothing comes of it. */
const emptyMs = 12_000
const mostRestarts = 2
const withinMs = 60_000

/** Looks whether pictures go on. A player that stands still is begun anew; one that does so again and again is given up. */
export function createWatchdog() {
  let frames = -1
  let received = -1
  let framesMs = 0
  let receivedMs = 0
  let restarts: number[] = []

  return {
    /** Another player, or the camera was away: it has its time again. */
    reset(nowMs: number) {
      frames = -1
      received = -1
      framesMs = receivedMs = nowMs
    },
    look(pulse: PlayerPulse): Verdict {
      if (pulse.frames !== frames) framesMs = pulse.nowMs
      if (pulse.received !== received) receivedMs = pulse.nowMs
      frames = pulse.frames
      received = pulse.received
      const frozen = pulse.received > 0 && pulse.nowMs - framesMs >= frozenMs
      const empty = pulse.nowMs - receivedMs >= emptyMs
      if (!frozen && !empty) return 'fine'
      restarts = [...restarts.filter((at) => pulse.nowMs - at < withinMs), pulse.nowMs]
      this.reset(pulse.nowMs)
      return restarts.length > mostRestarts ? 'give-up' : 'restart'
    },
  }
}
