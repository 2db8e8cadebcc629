import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGroupGate } from '../../../../src/http/sockets/group-gate.ts'

describe('a looker who is slow', () => {
  it('loses what comes until a group begins that there is room for, and is told how much', () => {
    let waiting = 0
    const told: number[] = []
    const gate = createGroupGate({ mostBytes: 100, waiting: () => waiting, onResume: (n) => told.push(n) })
    expect([gate.pass(true), gate.pass(false)]).toEqual([true, true])
    waiting = 101
    expect([gate.pass(false), gate.pass(true), gate.pass(false)]).toEqual([false, false, false])
    waiting = 0
    expect(gate.pass(false)).toBe(false)
    expect(gate.pass(true)).toBe(true)
    expect(told).toEqual([4])
    expect(gate.pass(false)).toBe(true)
  })

  it('begins anew with another stream', () => {
    let waiting = 101
    const gate = createGroupGate({ mostBytes: 100, waiting: () => waiting, onResume: () => {} })
    expect(gate.pass(true)).toBe(false)
    waiting = 0
    gate.restart()
    expect(gate.pass(false)).toBe(true)
  })

  it('never sends a piece whose group it did not send from the beginning', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(200))), (pieces) => {
        let waiting = 0
        const gate = createGroupGate({ mostBytes: 100, waiting: () => waiting, onResume: () => {} })
        let whole = true
        for (const [opens, bytes] of [[true, 0] as const, ...pieces]) {
          waiting = bytes
          const passed = gate.pass(opens)
          whole = opens ? passed : whole && passed
          if (passed) expect(whole).toBe(true)
        }
      }),
    )
  })
})
