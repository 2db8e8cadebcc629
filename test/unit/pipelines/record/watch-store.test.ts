import { expect, it } from 'vitest'
import { watchStore } from '../../../../pipelines/record/watch-store.ts'
import { AppError } from '../../../../src/core/errors.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { createFakeClock, settled } from '../../infer/fake-clock.ts'

function setUp() {
  const time = createFakeClock()
  const state = { missing: null as AppError | null, refusal: null as AppError | null, gone: '' }
  const told: string[] = []
  const gauges: number[] = []
  const watch = watchStore({
    guard: { problem: () => state.missing },
    refusal: () => state.refusal,
    clock: time.clock,
    telemetry: {
      ...noTelemetry,
      gauge: (metric, _labels, value) => metric === 'vireo_store_ok' && gauges.push(value),
      log: {
        ...noTelemetry.log,
        error: (fields) => void told.push(String((fields as { code?: string }).code)),
        info: (_fields, text) => void told.push(text),
      },
    },
  })
  watch.gone.then(({ code }) => {
    state.gone = code
  })
  return { time, state, told, gauges, watch }
}
const removed = new AppError('STORE_GONE', 'vireo.db was removed')
const full = new AppError('STORE_WRITE', 'the disk is full')

it('tells within seconds that the files are gone, and ends it when they stay away', async () => {
  const { time, state, told, gauges, watch } = setUp()
  expect([watch.problem(), gauges]).toEqual([null, [1]])
  state.missing = removed
  expect(watch.problem()).toBe(removed)
  await time.pass(2000)
  expect([told, gauges.at(-1)]).toEqual([['STORE_GONE'], 0])
  await time.pass(28_000)
  await settled()
  expect(state.gone).toBe('')
  await time.pass(4000)
  await settled()
  expect(state.gone).toBe('STORE_GONE')
  watch.close()
})

it('does not end for files that come back, nor for a disk that is full for long', async () => {
  const { time, state, told, gauges, watch } = setUp()
  state.missing = removed
  await time.pass(20_000)
  state.missing = null
  await time.pass(2000)
  expect([told.at(-1), gauges.at(-1)]).toEqual(['events are stored again', 1])
  state.missing = removed
  await time.pass(20_000)
  state.missing = null
  state.refusal = full
  await time.pass(120_000)
  await settled()
  expect([state.gone, watch.problem(), gauges.at(-1)]).toEqual(['', full, 0])
  expect(told.filter((code) => code === 'STORE_WRITE').length).toBeLessThanOrEqual(5)
  watch.close()
})
