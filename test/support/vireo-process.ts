import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface VireoProcess {
  readonly child: ChildProcess
  /** Lines on standard output so far. */
  readonly lines: readonly string[]
  /** What was said on standard error so far. */
  errors(): string
  /** Resolves with the first line for which `wanted` holds, also one that was there before. */
  line(wanted: (line: string) => boolean): Promise<string>
  /** Resolves with the exit status, or the signal's name. */
  readonly ended: Promise<number | string>
}

const bin = join(import.meta.dirname, '../../bin/vireo.js')

/** Runs `vireo …` as a user would, in a process of its own. */
export function vireo(args: readonly string[], env: NodeJS.ProcessEnv = {}): VireoProcess {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let said = ''
  const changed = () => {
    for (const check of [...waiting]) check()
  }
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line)
    changed()
  })
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-100_000)
  })
  let over = false
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => {
      over = true
      resolve(code ?? signal ?? 'unknown')
      changed()
    })
  })
  return {
    child,
    lines,
    errors: () => said,
    ended,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = lines.find(wanted)
          if (found === undefined && !over) return
          waiting.delete(check)
          if (found === undefined) reject(new Error(`vireo ${args[0]} ended: ${said.slice(-3000)}`))
          else resolve(found)
        }
        waiting.add(check)
        check()
      }),
  }
}
