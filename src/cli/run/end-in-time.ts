/** A process that has done its work or failed ends by then, whatever is still open. */
const patienceMs = 8000

/**
 * Ends the process with its exit code when it does not end by itself: something that was started (a child, a server, a
 * thread) may keep it, and a supervisor waits for the end to start it again.
 */
export function endInTime(afterMs = patienceMs, exit: (code: number) => void = exitNow): void {
  // Unreferenced: a process with nothing open ends at once.
  setTimeout(() => exit(Number(process.exitCode ?? 0)), afterMs).unref()
}

function exitNow(code: number): void {
  process.exit(code)
}
