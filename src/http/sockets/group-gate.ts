export interface GroupGate {
  /** Whether a piece may be sent. `opens`: a decoder can begin with it. */
  pass(opens: boolean): boolean
  /** Another stream begins: what was left out before is of no more interest. */
  restart(): void
}

/**
 * Keeps a slow looker near the present. When more waits for them than is allowed, everything is left out until that is less
 * and a group of pictures begins: so they lose whole groups, never a piece in the middle of one, and are told how many.
 *
 * @param options.waiting bytes that wait to be sent
 */
export function createGroupGate(options: {
  readonly mostBytes: number
  readonly waiting: () => number
  readonly onResume: (leftOut: number) => void
}): GroupGate {
  const { mostBytes, waiting, onResume } = options
  let leftOut = 0
  let closed = false

  return {
    pass(opens) {
      if (waiting() > mostBytes) closed = true
      else if (closed && opens) {
        closed = false
        onResume(leftOut)
        leftOut = 0
      }
      if (closed) leftOut += 1
      return !closed
    },
    restart() {
      closed = false
      leftOut = 0
    },
  }
}
