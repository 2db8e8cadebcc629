// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference to a variable is among what is sent
import { describe, expect, it } from 'vitest'
import { createConfigReader } from '../../../../pipelines/site/config-thread.ts'
import { runInThread } from '../../../../pipelines/site/run-in-thread.ts'
import { configSchema } from '../../../../src/config/config-schema.ts'

const module = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`)
const limits = { name: 'test', plan: { a: 1 }, timeoutMs: 20_000, mostMb: 64 }
const post = "import { parentPort, workerData } from 'node:worker_threads';"

describe('work in a thread', () => {
  it('answers, or throws what the work throws', async () => {
    const url = module(`${post} parentPort.postMessage({ value: workerData.a + 1 })`)
    expect(await runInThread({ ...limits, url })).toBe(2)
    const failed = "{ failed: { code: 'TRAIN_DATA', message: 'no clip', details: { file: 'a' } } }"
    await expect(
      runInThread({ ...limits, url: module(`${post} parentPort.postMessage(${failed})`) }),
    ).rejects.toMatchObject({ code: 'TRAIN_DATA', message: 'no clip', details: { file: 'a' } })
  })

  it('is given up when it takes too long, or too much', async () => {
    await expect(
      runInThread({ ...limits, url: module('for (;;) {}'), timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'API_TOO_LARGE' })
    const greedy = 'const all = []; for (;;) all.push(Array(1000).fill(Math.random()).map((x) => `${x}`))'
    await expect(runInThread({ ...limits, url: module(greedy), mostMb: 16 })).rejects.toMatchObject({
      code: 'API_TOO_LARGE',
    })
  })

  it('that ends without an answer is told', async () => {
    await expect(runInThread({ ...limits, url: module('') })).rejects.toMatchObject({
      code: 'BUG_UNEXPECTED',
    })
  })

  it('reads a configuration that a request sent, without its secrets', async () => {
    const started = configSchema.parse({ version: 1 })
    const read = createConfigReader()
    const plan = {
      env: { SECRET: 'hunter2' },
      file: 'body',
      fileText: 'version: 1\n',
      running: started,
      started,
    }
    const text = 'version: 1\ncameras: [{ id: gate, url: /x }]\n'
    expect(await read({ kind: 'diff', plan: { ...plan, text } })).toMatchObject({
      cameras: { added: ['gate'] },
    })
    const wrong = 'version: 1\ncameras: [{ id: gate, url: "/x${SECRET}" }]\n'
    const refused = await read({ kind: 'diff', plan: { ...plan, text: wrong } }).catch((thrown) => thrown)
    expect(refused.code).toMatch(/^(CONFIG|API)_/)
    expect(JSON.stringify([refused.message, refused.details])).not.toContain('hunter2')
  })
})
