import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keepAsking } from '../../../../src/web/api/keep-asking.ts'

describe('what is asked again', () => {
  const tab = Object.assign(new EventTarget(), { hidden: false })
  const show = (hidden: boolean) => {
    tab.hidden = hidden
    tab.dispatchEvent(new Event('visibilitychange'))
  }
  let happened = () => {}
  const start = (everyMs: number) => {
    const ask = vi.fn(async () => {})
    const left = vi.fn()
    const end = keepAsking(ask, {
      everyMs,
      listen(tell) {
        happened = tell
        return left
      },
    })
    return { ask, left, end }
  }
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('document', tab)
    tab.hidden = false
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is asked at once, and after what happened once for all of a moment', async () => {
    const { ask, end } = start(0)
    expect(ask).toHaveBeenCalledTimes(1)
    for (let count = 0; count < 5; count += 1) happened()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(ask).toHaveBeenCalledTimes(2)
    end()
  })

  it('is not put off by what happens all the time', async () => {
    const { ask, end } = start(0)
    for (let count = 0; count < 100; count += 1) {
      happened()
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(ask.mock.calls.length).toBeGreaterThanOrEqual(15)
    end()
  })

  it('goes on every so often, one question at a time', async () => {
    const { ask, end } = start(2000)
    await vi.advanceTimersByTimeAsync(2000)
    happened()
    await vi.advanceTimersByTimeAsync(500)
    expect(ask).toHaveBeenCalledTimes(3)
    await vi.advanceTimersByTimeAsync(2000)
    expect(ask).toHaveBeenCalledTimes(4)
    end()
  })

  it('is asked first in a hidden tab too, then when the tab is looked at', async () => {
    tab.hidden = true
    const { ask, end } = start(2000)
    expect(ask).toHaveBeenCalledTimes(1)
    happened()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ask).toHaveBeenCalledTimes(1)
    show(false)
    expect(ask).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(2000)
    expect(ask).toHaveBeenCalledTimes(3)
    end()
  })

  it('asks nothing for a look at the tab where nothing was left out', () => {
    const { ask, end } = start(0)
    show(true)
    show(false)
    expect(ask).toHaveBeenCalledTimes(1)
    end()
  })

  it('ends', async () => {
    const { ask, left, end } = start(1000)
    end()
    await vi.advanceTimersByTimeAsync(10_000)
    show(false)
    expect(ask).toHaveBeenCalledTimes(1)
    expect(left).toHaveBeenCalledTimes(1)
  })
})
