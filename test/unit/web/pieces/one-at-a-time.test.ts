import { describe, expect, it } from 'vitest'
import { oneAtATime } from '../../../../src/web/pieces/one-at-a-time.ts'
import { runsOn } from '../../../../src/web/pieces/shortcuts.ts'

describe('what a press begins', () => {
  it('is begun once until it has ended, and again afterwards', async () => {
    const told: boolean[] = []
    const run = oneAtATime((goesOn) => told.push(goesOn))
    let begun = 0
    const first = Promise.withResolvers<void>()
    const work = () => {
      begun += 1
      return first.promise
    }
    run(work)
    run(work)
    expect([begun, told]).toEqual([1, [true]])
    first.resolve()
    await new Promise((done) => setImmediate(done))
    run(work)
    expect([begun, told.slice(0, 2)]).toEqual([2, [true, false]])
  })

  it('of no promise is done at each press', () => {
    let count = 0
    const run = oneAtATime(() => {
      throw new Error('nothing goes on')
    })
    run(() => {
      count += 1
    })
    run(() => {
      count += 1
    })
    expect(count).toBe(2)
  })
})

describe('a key that is held', () => {
  it('does nothing again unless it only moves', () => {
    expect(runsOn({}, { repeat: true })).toBe(false)
    expect(runsOn({}, { repeat: false })).toBe(true)
    expect(runsOn({ repeats: true }, { repeat: true })).toBe(true)
  })
})
