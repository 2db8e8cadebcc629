import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClipQueue } from '../../../src/infer/clip-queue.ts'

const create = (sequential = false) => createClipQueue<string>({ perCamera: 2, sequential })

describe('clip queue', () => {
  it('keeps two clips of a camera and gives back the oldest that had to go', () => {
    const queue = create()
    expect(queue.push('a', 'a1', 0)).toBeNull()
    expect(queue.push('a', 'a2', 1)).toBeNull()
    expect(queue.push('a', 'a3', 2)).toBe('a1')
    expect(queue.waiting).toBe(2)
    expect(queue.oldestMs()).toBe(1)
    expect(queue.take(8)).toEqual(['a2', 'a3'])
    expect(queue.waiting).toBe(0)
    expect(queue.oldestMs()).toBeNull()
  })

  it('serves cameras in turn, and goes on where it stopped', () => {
    const queue = create()
    for (const id of ['a', 'b', 'c']) for (const n of [1, 2]) queue.push(id, `${id}${n}`, 0)
    expect(queue.take(2)).toEqual(['a1', 'b1'])
    expect(queue.take(2)).toEqual(['c1', 'a2'])
    expect(queue.take(8)).toEqual(['b2', 'c2'])
  })

  it('lets out one clip of a camera at a time when they carry state', () => {
    const queue = create(true)
    for (const item of ['a1', 'a2']) queue.push('a', item, 0)
    queue.push('b', 'b1', 0)
    expect(queue.available(8)).toBe(2)
    expect(queue.take(8)).toEqual(['a1', 'b1'])
    expect(queue.available(8)).toBe(0)
    expect(queue.oldestMs()).toBeNull()
    queue.release('a')
    expect(queue.take(8)).toEqual(['a2'])
  })

  it('expects a camera by its rhythm, and no longer when it is late', () => {
    const queue = create()
    queue.push('a', 'a1', 0)
    queue.push('b', 'b1', 50)
    expect(queue.expects(50, 1000)).toBe(false)
    queue.push('a', 'a2', 100)
    queue.take(8)
    expect(queue.expects(150, 190)).toBe(false)
    expect(queue.expects(150, 200)).toBe(true)
    expect(queue.expects(250, 300)).toBe(true)
    expect(queue.expects(251, 300)).toBe(false)
  })

  it('does not expect a camera that already has a clip waiting', () => {
    const queue = create()
    for (const at of [0, 100]) queue.push('a', 'a', at)
    expect(queue.expects(150, 250)).toBe(false)
  })

  it('never holds more than two a camera, loses nothing unseen, and starves nobody', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 4 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = create()
        let pushed = 0
        let gone = 0
        for (const action of steps) {
          if ('push' in action) {
            pushed += 1
            if (queue.push(`${action.push}`, `${pushed}`, pushed) !== null) gone += 1
          } else gone += queue.take(action.take).length
          expect(queue.waiting).toBe(pushed - gone)
          expect(queue.waiting).toBeLessThanOrEqual(10)
        }
      }),
    )
  })

  it('shares an overload evenly, whoever pushes most', () => {
    const queue = create()
    const served = new Map<string, number>()
    for (let round = 0; round < 200; round += 1) {
      for (let camera = 0; camera < 10; camera += 1)
        for (let n = 0; n <= camera; n += 1) queue.push(`${camera}`, `${camera}`, round)
      for (const id of queue.take(4)) served.set(id, (served.get(id) ?? 0) + 1)
    }
    const counts = [...served.values()]
    expect(counts).toHaveLength(10)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })
})
