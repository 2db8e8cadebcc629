/**
 * Runs what a press begins, and nothing more until that has ended: a second press meanwhile does nothing.
 * @param tell hears whether something still goes on
 */
export function oneAtATime(tell: (goesOn: boolean) => void): (work: () => unknown) => void {
  let goesOn = false
  return (work) => {
    if (goesOn) return
    const done = work()
    if (!(done instanceof Promise)) return
    goesOn = true
    tell(true)
    const end = () => {
      goesOn = false
      tell(false)
    }
    // Whoever began it says what went wrong; a failure that nobody takes still reaches the browser's own list.
    void done.finally(end)
  }
}
