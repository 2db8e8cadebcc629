import { expect, it } from 'vitest'
import type { Scores } from '../../src/core/clip.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createInferenceEngine } from '../../src/infer/inference-engine.ts'
import { createRecorder, sampleClip } from '../unit/infer/sample-clip.ts'
import { linearModel, summingModel, writeTestModel } from './infer-models.ts'

const size = { frames: 4, widthPx: 16, heightPx: 12 }
const fill = (_: number, length: number) => Uint8Array.from({ length }, (_, n) => (n * 37) % 256)

it('swaps a version under load in real workers without losing a clip', async () => {
  const first = { ...(await writeTestModel(linearModel('m', 1))), maxBatch: 4 }
  const second = await writeTestModel(linearModel('m', 2))
  const { telemetry, drops } = createRecorder()
  const engine = await createInferenceEngine({ models: [first], clock: systemClock, telemetry })
  const answers: Promise<Scores | null>[] = []
  let retired: Promise<void> | null = null
  let boundary = 0
  // Four cameras, each with its next clip as soon as the last one was answered.
  const camera = async (cameraId: string) => {
    for (let n = 0; n < 150; n += 1) {
      if (cameraId === '0' && n === 75) {
        const candidate = await engine.open('m', second.path)
        boundary = answers.length
        retired = engine.swap('m', candidate)()
      }
      const answer = engine.infer(sampleClip({ ...size, cameraId, seq: n * 2, fill }))
      answers.push(answer)
      await answer
    }
  }
  await Promise.all(['0', '1', '2', '3'].map(camera))
  await retired
  const scores = await Promise.all(answers)
  expect(scores.filter((each) => each === null)).toEqual([])
  const [before, after] = [scores[0]!.values, scores.at(-1)!.values]
  expect([...before]).not.toEqual([...after])
  // Both versions are called 1.0.0 here: they are told apart by what they answer.
  expect(scores.slice(0, boundary).every((each) => same(each!.values, before))).toBe(true)
  expect(scores.slice(boundary).every((each) => same(each!.values, after))).toBe(true)
  expect(drops).toEqual({})
  await engine.close()
})

it('keeps the states of two streams apart, so that a warmed candidate goes on at once', async () => {
  const first = await writeTestModel(summingModel('m'))
  const second = await writeTestModel(summingModel('m', 2))
  const engine = await createInferenceEngine({
    models: [first],
    clock: systemClock,
    telemetry: createRecorder().telemetry,
  })
  const candidate = await engine.open('m', second.path)
  const offered = (n: number) => sampleClip({ widthPx: 8, heightPx: 8, seq: n * 2 })
  const sums: (number | null)[][] = []
  for (let n = 0; n < 4; n += 1) {
    const both = await Promise.all([engine.infer(offered(n)), candidate.infer(offered(n))])
    sums.push(both.map((scores) => scores && Math.round(scores.values[0]! / 128)))
  }
  expect(sums).toEqual([
    [1, null],
    [2, null],
    [3, 3],
    [4, 4],
  ])
  await engine.swap('m', candidate)()
  expect(Math.round((await engine.infer(offered(4)))!.values[0]! / 128)).toBe(5)
  await engine.close()
})

function same(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, at) => Math.abs(value - b[at]!) < 1e-5)
}
