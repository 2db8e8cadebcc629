import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Log } from '../report.ts'

export type FuzzKind = 'configuration' | 'bundle' | 'onnx' | 'onvif' | 'rtsp'

export interface FuzzResult {
  readonly inputs: number
  readonly bugs: number
  readonly stacks: number
  readonly hangs: number
  readonly crashes: number
}

interface Told {
  readonly at: number
  readonly bug?: boolean
  readonly stack?: boolean
  readonly said?: string
}

/** An input that takes longer than this counts as one that hangs, on a busy machine too. */
const patienceMs = 20_000

/** Gives so many inputs of a kind to a child; goes on behind one that hangs or ends it. */
export async function fuzz(
  kind: FuzzKind,
  count: number,
  { seed, log }: { seed: number; log: Log },
): Promise<FuzzResult> {
  const result = { inputs: 0, bugs: 0, stacks: 0, hangs: 0, crashes: 0 }
  for (let next = 0; next < count; ) next = await round(kind, { seed, from: next, to: count, log, result })
  return result
}

type Mutable = { -readonly [Name in keyof FuzzResult]: FuzzResult[Name] }

/** @returns the input to go on with */
function round(
  kind: FuzzKind,
  options: { seed: number; from: number; to: number; log: Log; result: Mutable },
): Promise<number> {
  const { seed, from, to, log, result } = options
  const child: ChildProcess = fork(
    join(import.meta.dirname, 'fuzz-child.ts'),
    [kind, String(seed), String(from), String(to)],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  )
  let said = ''
  child.stderr?.on('data', (text) => {
    said = (said + text).slice(-2000)
  })
  /** The first input that has no answer yet. */
  let at = from
  const answered = new Set<number>()
  let hung = false
  let late: NodeJS.Timeout | null = null
  const wait = () => {
    if (late) clearTimeout(late)
    late = setTimeout(() => {
      hung = true
      child.kill('SIGKILL')
    }, patienceMs)
  }
  wait()
  return new Promise((resolve) => {
    child.on('message', (told: Told) => {
      wait()
      if (told.said === undefined) return
      answered.add(told.at)
      while (answered.has(at)) at += 1
      result.inputs += 1
      if (told.bug) result.bugs += 1
      if (told.stack) result.stacks += 1
      if (told.bug || told.stack) log(`${kind} ${at}: ${told.said}`)
    })
    child.on('close', () => {
      if (late) clearTimeout(late)
      if (at >= to) return resolve(to)
      result.inputs += 1
      if (hung) result.hangs += 1
      else result.crashes += 1
      log(`${kind} ${at}: ${hung ? 'hangs' : `ended the process: ${said}`}`)
      resolve(at + 1)
    })
  })
}
