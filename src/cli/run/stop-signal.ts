/** Signals of one command from the moment that this is called. */
export interface StopSignal {
  /** The first SIGINT or SIGTERM. */
  readonly stopped: Promise<NodeJS.Signals>
  readonly signal: AbortSignal
}

/** The first signal stops in order; a second one ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController()
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      // Not process.exit: it aborts loudly while a batch runs.
      process.once(name, () => process.kill(process.pid, 'SIGKILL'))
      controller.abort()
      resolve(name)
    })
  return { stopped: promise, signal: controller.signal }
}
