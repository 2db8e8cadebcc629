import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Marks every process of this run, however deep and even when its parent is gone: children inherit it. */
const runVariable = 'VIREO_SUITE_RUN'

/**
 * Gives the run a temporary folder of its own and marks its processes, so that what is left at its end can be found.
 * Called once, before anything is started.
 */
export function beginSuiteRun(): void {
  if (process.env[runVariable] !== undefined) return
  const folder = mkdtempSync(join(tmpdir(), 'vireo-suite-'))
  process.env[runVariable] = folder
  process.env.TMPDIR = folder
  // The JVM keeps a file of each process in /tmp, whatever TMPDIR says, and a killed one leaves it there.
  process.env.JDK_JAVA_OPTIONS ??= '-XX:-UsePerfData'
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
}

/** Names of what lies in a folder, ONNX Runtime's and the compilers' own caches apart. */
export function leftFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('node-compile-cache'))
  } catch {
    return []
  }
}

export interface LeftProcess {
  readonly pid: number
  readonly command: string
}

/** Processes of this run that live, those of the test runner apart. Where there is no /proc: none. */
export function leftProcesses(): LeftProcess[] {
  const mark = `${runVariable}=${process.env[runVariable]}\0`
  return pids().flatMap((pid) => {
    try {
      if (pid === process.pid || !readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) return []
      const command = commandOf(pid)
      return command === '' || /vitest|esbuild/.test(command) ? [] : [{ pid, command }]
    } catch {
      // Another user's, or just gone.
      return []
    }
  })
}

/** Children of this process that live. */
export function leftChildren(): LeftProcess[] {
  try {
    return readdirSync('/proc/self/task')
      .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'latin1').split(' '))
      .filter(Boolean)
      .map((pid) => ({ pid: Number(pid), command: commandOf(Number(pid)) }))
      .filter(({ command }) => command !== '' && !/esbuild/.test(command))
  } catch {
    return []
  }
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

/** Empty for a process that has ended and is not waited for yet. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim().slice(0, 200)
  } catch {
    return ''
  }
}
