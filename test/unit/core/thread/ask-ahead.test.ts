import { describe, expect, it } from 'vitest'
import { askAhead } from '../../../../src/core/thread/ask-ahead.ts'

/** A thread that answers a task by ten times its number, says which thread it is, and fails where it is told to. */
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId, workerData } from 'node:worker_threads'
    parentPort.on('message', (task) => {
      if (task === workerData.failsAt) throw new Error('task ' + task)
      parentPort.postMessage({ value: task * 10, threadId })
    })
  `)}`,
)
const open = (more: { threads?: number; from?: number; failsAt?: number }) =>
  askAhead<{ value: number; threadId: number }>({
    ...more,
    module,
    workerData: { failsAt: more.failsAt },
    ahead: 4,
    taskOf: (task) => task,
  })

describe('answers of threads', () => {
  it.each([1, 2, 3])('come in the order of the tasks, from %i threads', async (threads) => {
    const answers = open({ threads, from: 7 })
    const made = []
    for (let count = 0; count < 12; count += 1) made.push(await answers.next())
    expect(made.map(({ value }) => value)).toEqual(Array.from({ length: 12 }, (_, n) => (n + 7) * 10))
    expect(new Set(made.map(({ threadId }) => threadId)).size).toBe(threads)
    await answers.close()
  })

  it('may be asked for at once', async () => {
    const answers = open({ threads: 2 })
    const made = await Promise.all([answers.next(), answers.next(), answers.next()])
    expect(made.map(({ value }) => value)).toEqual([0, 10, 20])
    await answers.close()
  })

  it('tell what a thread failed with, then and afterwards', async () => {
    const answers = open({ failsAt: 1 })
    expect((await answers.next()).value).toBe(0)
    await expect(answers.next()).rejects.toThrow('task 1')
    await expect(answers.next()).rejects.toThrow('task 1')
    await answers.close()
  })
})
