import { expect, it } from 'vitest'
import { createCoreLoad } from '../../../src/schedule/core-load.ts'

it('is the share of the cores since the last call, without what gives way by itself', () => {
  const times = { user: 100, sys: 10, irq: 0, idle: 1000, nice: 50 }
  const load = createCoreLoad(() => [{ times }, { times: { ...times } }])
  expect(load()).toBeNull()
  expect(load()).toBeNull()
  times.user += 30
  times.sys += 8
  times.irq += 2
  times.idle += 20
  times.nice += 40
  expect(load()).toBeCloseTo(0.4, 10)
  times.nice += 100
  expect(load()).toBe(0)
})
