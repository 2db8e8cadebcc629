import { describe, expect, it } from 'vitest'
import { createSparseLog } from '../../../../src/core/time/sparse-log.ts'

describe('sparse log', () => {
  const setUp = () => {
    let nowMs = 0
    const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
    const sparseLog = createSparseLog({ clock, everyMs: 1000 })
    const written: string[] = []
    const say = (kind: string) => sparseLog(kind, (held) => written.push(`${kind} ${held}`))
    const pass = (ms: number) => {
      nowMs += ms
    }
    return { pass, sparseLog, say, written }
  }

  it('writes the first of a kind and one in a time, with how many were held back', () => {
    const { pass, say, written } = setUp()
    expect([say('a'), say('a'), say('b'), say('a')]).toEqual([true, false, true, false])
    pass(1000)
    expect(say('a')).toBe(true)
    expect(written).toEqual(['a 0', 'b 0', 'a 2'])
  })

  it('writes at once again what comes back after it was over', () => {
    const { sparseLog, say, written } = setUp()
    say('a')
    sparseLog.forget()
    expect(say('a')).toBe(true)
    expect(written).toEqual(['a 0', 'a 0'])
  })
})
