import { Worker } from 'node:worker_threads'

/** Answers of threads to tasks that are counted, in the order of the tasks. */
export interface AskAhead<Answer> {
  /** The answer to the next task. Rejects when a thread failed. */
  next(): Promise<Answer>
  close(): Promise<void>
}

/**
 * Threads that make answers before they are asked for; memory is bounded by `ahead` of them. Each thread answers every
 * message with one message, in order; which thread has which task depends on its number alone.
 *
 * @param taskOf what is sent for each task; tasks are counted from `from`.
 */
export function askAhead<Answer>(options: {
  module: URL
  workerData: unknown
  threads?: number
  ahead: number
  from?: number
  taskOf: (task: number) => unknown
}): AskAhead<Answer> {
  const { module, workerData, threads = 1, ahead, from = 0, taskOf } = options
  const workers = Array.from({ length: threads }, () => openThread<Answer>(module, workerData))
  const asked: Promise<Answer>[] = []
  let task = from
  const ask = () => {
    const answer = workers[task % threads]!.ask(taskOf(task))
    // Told to whoever takes it, which may be much later, or never.
    answer.catch(() => {})
    asked.push(answer)
    task += 1
  }
  for (let count = 0; count < ahead; count += 1) ask()
  return {
    next() {
      ask()
      return asked.shift()!
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.close()))),
  }
}

function openThread<Answer>(module: URL, workerData: unknown) {
  const worker = new Worker(module, { workerData })
  const waiting: { resolve(answer: Answer): void; reject(thrown: unknown): void }[] = []
  let failed: { readonly thrown: unknown } | null = null
  worker.on('message', (answer: Answer) => waiting.shift()?.resolve(answer))
  worker.on('error', (thrown) => {
    failed ??= { thrown }
    for (const { reject } of waiting.splice(0)) reject(thrown)
  })
  return {
    ask(task: unknown) {
      if (failed) return Promise.reject<Answer>(failed.thrown)
      return new Promise<Answer>((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.postMessage(task)
      })
    },
    close: () => worker.terminate(),
  }
}
