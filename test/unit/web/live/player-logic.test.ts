import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { catchUp, leastTargetS, mostTargetS, nextTargetS } from '../../../../src/web/live/catch-up.ts'
import { firstWay, mimeOf, modes, nextWay, type Way } from '../../../../src/web/live/fallback.ts'
import { columnsFor, pageOf } from '../../../../src/web/live/grid-layout.ts'
import { createWatchdog } from '../../../../src/web/live/watchdog.ts'

describe('staying close to the newest picture', () => {
  it.each([
    ['on time', 9.65, { rate: 1 }],
    ['a little late', 9.4, { rate: 1.1 }],
    ['late', 8.2, { rate: 1.25 }],
    ['too late to run', 5, { seekTo: 9.65 }],
    ['about to run out', 9.9, { rate: 0.95 }],
    ['ahead of all that came', 10.5, { seekTo: 9.65 }],
  ])('%s', (_name, currentS, wanted) => {
    expect(catchUp({ currentS, endS: 10 }, { targetS: 0.35 })).toEqual(wanted)
  })

  it('comes to the target from anywhere, and stays there', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 60, noNaN: true }), (behindS) => {
        let currentS = 100 - behindS
        for (let endS = 100; endS < 140; endS += 0.25) {
          const todo = catchUp({ currentS, endS }, { targetS: 0.5 })
          currentS = 'seekTo' in todo ? todo.seekTo : currentS
          currentS += 0.25 * ('rate' in todo ? todo.rate : 1)
        }
        expect(Math.abs(140 - currentS - 0.5)).toBeLessThan(0.3)
      }),
    )
  })

  it('keeps a greater distance where the network stumbles, within bounds, and comes back', () => {
    let targetS = leastTargetS
    for (let n = 0; n < 20; n += 1) targetS = nextTargetS(targetS, 'stumbled')
    expect(targetS).toBe(mostTargetS)
    for (let n = 0; n < 40; n += 1) targetS = nextTargetS(targetS, 'quiet')
    expect(targetS).toBe(leastTargetS)
  })
})

describe('the watchdog of a player', () => {
  /** Looks every second; what the player does in each. */
  const watch = (seconds: readonly { frames?: number; received?: number }[]) => {
    const dog = createWatchdog()
    dog.reset(0)
    let [frames, received] = [0, 0]
    return seconds.map((step, at) => {
      frames += step.frames ?? 0
      received += step.received ?? 0
      return dog.look({ nowMs: (at + 1) * 1000, frames, received })
    })
  }
  const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value)

  it('leaves one alone that shows pictures, however few', () => {
    const seconds = Array.from({ length: 120 }, (_, at) => ({ frames: at % 3 === 0 ? 1 : 0, received: 5 }))
    expect(new Set(watch(seconds))).toEqual(new Set(['fine']))
  })

  it('begins one anew that stands still while media come, and gives it up the third time', () => {
    const verdicts = watch([...times(3, { frames: 25, received: 5 }), ...times(15, { received: 5 })])
    expect(verdicts.filter((verdict) => verdict !== 'fine')).toEqual(['restart', 'restart', 'give-up'])
    expect(verdicts.indexOf('restart')).toBeLessThanOrEqual(7)
  })

  it('begins one anew of which nothing comes', () => {
    const verdicts = watch(times(14, {}))
    expect([verdicts.slice(0, 12).every((verdict) => verdict === 'fine'), verdicts[12]]).toEqual([
      true,
      'restart',
    ])
  })

  it('forgets what was long ago', () => {
    const freeze = [...times(5, { received: 5 }), ...times(60, { frames: 25, received: 5 })]
    const verdicts = watch([...freeze, ...freeze, ...freeze, ...freeze])
    expect(verdicts).toContain('restart')
    expect(verdicts).not.toContain('give-up')
  })
})

describe('the way of showing', () => {
  it('is the best one of the browser, or the one that somebody wants', () => {
    expect(firstWay('auto', { mediaSource: true })).toEqual({ mode: 'mse', why: null })
    expect(firstWay('auto', { mediaSource: false })).toEqual({ mode: 'mpeg1', why: 'noMediaSource' })
    expect(firstWay('stills', { mediaSource: true })).toEqual({ mode: 'stills', why: 'chosen' })
  })

  it('goes down the chain to the last one, and keeps its first reason', () => {
    let way: Way = firstWay('auto', { mediaSource: true })
    const seen = [way]
    for (const because of ['codec', 'frozen', 'nothing', 'frozen'] as const) {
      way = nextWay(way, because)
      seen.push(way)
    }
    expect(seen.map(({ mode }) => mode)).toEqual([...modes, 'stills'])
    expect(seen.slice(1).map(({ why }) => why)).toEqual(['codec', 'codec', 'codec', 'codec'])
  })

  it('asks for a codec by its name, and for none without one', () => {
    expect(mimeOf('avc1.64001f')).toBe('video/mp4; codecs="avc1.64001f"')
    expect(mimeOf(null)).toBeNull()
  })
})

describe('the grid', () => {
  it.each([
    [1, 1200, 700, 1],
    [2, 1200, 700, 2],
    [4, 1200, 700, 2],
    [5, 1200, 700, 3],
    [9, 1200, 700, 3],
    [16, 1200, 700, 4],
    [3, 360, 640, 1],
    [16, 360, 640, 2],
    [2, 400, 1000, 1],
  ])('shows %d cameras on %d × %d in %d columns', (count, widthPx, heightPx, columns) => {
    expect(columnsFor(count, widthPx, heightPx)).toBe(columns)
  })

  it('shows every camera on exactly one page, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 60 }),
        fc.constantFrom('auto', '1', '4', '9', '16'),
        (all, size) => {
          const { pages } = pageOf(all, size as 'auto', 0)
          const seen = Array.from(
            { length: pages },
            (_, page) => pageOf(all, size as 'auto', page).shown,
          ).flat()
          expect(seen).toEqual(all)
        },
      ),
    )
  })

  it('stays on the last page when cameras go away', () => {
    expect(pageOf(['a', 'b', 'c'], '1', 9)).toEqual({ shown: ['c'], page: 2, pages: 3 })
  })
})
