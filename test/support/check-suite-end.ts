import { leftFiles, leftProcesses } from './suite-run.ts'

/** After the last test file: nothing in the run's temporary folder, and none of its processes alive. Else the run fails. */
export function teardown(): void {
  const processes = leftProcesses()
  for (const { pid } of processes) process.kill(pid, 'SIGKILL')
  const files = leftFiles(process.env.VIREO_SUITE_RUN!).filter((name) => !isRunners(name))
  const left = [...files, ...processes.map(({ pid, command }) => `process ${pid} (${command})`)]
  if (left.length === 0) return
  // The runner only logs what a teardown throws, and states the exit code later.
  process.once('exit', () => {
    process.exitCode = 1
  })
  throw new Error(`the run leaves behind: ${left.join(', ')}`)
}

/** Folders of the test runner itself, which takes them away at its own end. */
function isRunners(name: string): boolean {
  return /^[\w-]{21}$/.test(name)
}
