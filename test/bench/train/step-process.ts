import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Round {
  readonly seconds: number
  /** Of all threads; on a busy machine steadier than `seconds`. */
  readonly cpuSeconds: number
  readonly losses: readonly number[]
}

/** A child that trains on command; see torch_model.py. */
export interface StepProcess {
  steps(count: number): Promise<Round>
  /** Highest resident memory so far, in bytes. */
  peak(): Promise<number>
  close(): Promise<void>
}

/** Settings of other libraries' kernels that a machine may carry in its environment; both engines choose by themselves. */
const kernelSettings = /^(OPENBLAS|OMP|MKL|KMP|ONEDNN|DNNL)_/

export async function startStepProcess(command: string, args: readonly string[]): Promise<StepProcess> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !kernelSettings.test(name)))
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${command} ${args[0]} ended before it answered`)
    return JSON.parse(value) as Record<string, unknown>
  }
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`)
    return next()
  }
  await next()
  return {
    steps: async (count) => (await ask(`steps ${count}`)) as unknown as Round,
    peak: async () => (await ask('peak')).bytes as number,
    async close() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
