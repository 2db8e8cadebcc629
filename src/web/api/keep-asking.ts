/** Several changes in one moment are one. */
const gatherMs = 500

/**
 * Asks at once, again after something happened and, where `everyMs` is above 0, in between. In a hidden tab nothing is
 * asked again; what was left out is asked for when the tab is looked at. Returns what ends it.
 */
export function keepAsking(
  ask: () => Promise<void>,
  { everyMs, listen }: { everyMs: number; listen: (happened: () => void) => () => void },
): () => void {
  let over = false
  let gathers = false
  let missed = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = (inMs: number) => {
    clearTimeout(timer)
    timer = setTimeout(run, inMs)
  }
  const go = async () => {
    await ask()
    if (!over && !gathers && everyMs > 0) again(everyMs)
  }
  const run = () => {
    gathers = false
    missed = document.hidden
    if (!missed) void go()
  }
  const look = () => {
    if (missed) run()
  }
  // What happens all the time does not put the question off again and again.
  const leave = listen(() => {
    if (gathers) return
    gathers = true
    again(gatherMs)
  })
  document.addEventListener('visibilitychange', look)
  void go()
  return () => {
    over = true
    clearTimeout(timer)
    leave()
    document.removeEventListener('visibilitychange', look)
  }
}
