import { spawnSync } from 'node:child_process'
import { childEnvironment } from '../core/process/child-environment.ts'

let available: boolean | null = null

/** Whether Linux's `setpriv` can tie a process to the life of its parent here. */
function hasSetpriv(): boolean {
  if (available === null) {
    const tried =
      process.platform === 'linux'
        ? spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], {
            env: childEnvironment(process.env),
            stdio: 'ignore',
            timeout: 5000,
          })
        : null
    available = tried?.status === 0
  }
  return available
}

/** What `setpriv` says when there is no such program. */
export const notStartedPattern = /^setpriv: failed to execute/

/**
 * A command whose process the kernel ends with this one, however this one ends: a child that writes notices a closed pipe,
 * but one that waits for a quiet camera would hold the camera's connection. Where that cannot be had the command is as it
 * was, and its pipes end it. `setpriv` becomes the program, so that signals and exit codes are the program's own.
 */
export function endingWithParent(
  program: string,
  args: readonly string[],
): { readonly program: string; readonly args: readonly string[] } {
  return hasSetpriv()
    ? { program: 'setpriv', args: ['--pdeathsig', 'KILL', program, ...args] }
    : { program, args }
}
