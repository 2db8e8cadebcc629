import { describe, expect, it } from 'vitest'
import { createStreamStates } from '../../../src/infer/stream-states.ts'
import { createStreamTurns } from '../../../src/infer/stream-turns.ts'
import { sampleClip } from './sample-clip.ts'

const create = (warmupClips = 0) =>
  createStreamStates({
    states: [
      { input: 'a', output: 'a2', shape: [2] },
      { input: 'b', output: 'b2', shape: [] },
    ],
    temporal: { frames: 2, sampleFps: 8, strideFrames: 2 },
    warmupClips,
  })

const tubelet = (seq: number, more: { cameraId?: string; epoch?: number } = {}) =>
  sampleClip({ seq, ...more })
const f32 = (...values: number[]) => Float32Array.from(values)

describe('stream states', () => {
  it('hands each camera its own states, zeros to a new one and to spare rows', () => {
    const states = create()
    states.keep([tubelet(0), tubelet(0, { cameraId: 'hall' })], [f32(1, 2, 3, 4), f32(5, 6)])
    const clips = [tubelet(0, { cameraId: 'new' }), tubelet(2, { cameraId: 'hall' }), tubelet(2)]
    expect(states.pack(clips, 4)).toEqual([f32(0, 0, 3, 4, 1, 2, 0, 0), f32(0, 6, 5, 0)])
    expect(states.pack(clips, 4)).toEqual([f32(0, 0, 3, 4, 1, 2, 0, 0), f32(0, 6, 5, 0)])
  })

  it('starts at zeros when told to', () => {
    const states = create()
    states.keep([tubelet(0)], [f32(1, 2), f32(3)])
    states.reset('gate')
    expect(states.pack([tubelet(2)], 1)).toEqual([f32(0, 0), f32(0)])
  })

  it.each([
    ['the next tubelet', tubelet(4), 7],
    ['a reconnect', tubelet(4, { epoch: 2 }), 0],
    ['a missing tubelet', tubelet(6), 0],
    ['a PTS that goes back', tubelet(1), 0],
    ['a long gap between neighbours', { ...tubelet(4), firstPtsUs: 1_000_000 }, 0],
    ['a slow camera whose frames are repeated', { ...tubelet(4), firstPtsUs: 875_000 }, 7],
    ['jitter of one frame', { ...tubelet(5), firstPtsUs: 625_000 }, 7],
  ])('after %s the state begins with %s', (_, next, expected) => {
    const states = create()
    states.keep([tubelet(2)], [f32(7, 7), f32(7)])
    expect(states.pack([next], 1)[0]![0]).toBe(expected)
  })

  it('withholds the first calls after every start', () => {
    const states = create(2)
    const keep = (clip: ReturnType<typeof tubelet>) => states.keep([clip], [f32(0, 0), f32(0)])[0]
    expect([0, 2, 4, 6].map((seq) => keep(tubelet(seq)))).toEqual([false, false, true, true])
    expect([10, 12, 14].map((seq) => keep(tubelet(seq)))).toEqual([false, false, true])
    expect(keep(tubelet(16, { epoch: 2 }))).toBe(false)
  })
})

describe('stream turns', () => {
  const served = (scale: number, cameras: number, seconds: number) => {
    const turns = createStreamTurns({ turnMs: 10_000 })
    return Array.from({ length: seconds * 4 }, (_, at) =>
      Array.from({ length: cameras }, (_, camera) => turns.admits(`${camera}`, scale, at * 250)),
    )
  }

  it('serves everybody while there is room', () => {
    expect(served(1, 5, 60).flat().every(Boolean)).toBe(true)
  })

  it.each([1.5, 2, 3.7])('shares evenly at a scale of %s', (scale) => {
    const table = served(scale, 16, 2000)
    const shares = Array.from({ length: 16 }, (_, c) => table.filter((row) => row[c]).length / table.length)
    for (const share of shares) expect(share).toBeCloseTo(1 / scale, 1)
    for (const row of table) {
      const together = row.filter(Boolean).length / 16
      expect(together).toBeGreaterThan(1 / scale - 0.15)
      expect(together).toBeLessThan(1 / scale + 0.15)
    }
  })

  it('serves a camera without interruption for a whole turn', () => {
    const column = served(3, 7, 600).map((row) => row[3])
    const runs = column
      .map((on) => (on ? '#' : '-'))
      .join('')
      .split(/-+/)
      .map(({ length }) => length)
    for (const length of runs.slice(1, -1)) expect(length).toBeGreaterThanOrEqual(39)
    expect(runs.length).toBeGreaterThan(15)
  })
})
