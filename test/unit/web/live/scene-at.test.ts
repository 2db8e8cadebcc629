import { describe, expect, it } from 'vitest'
import type { Scene, Track } from '../../../../src/web/live/messages.ts'
import { sceneAt } from '../../../../src/web/live/scene-at.ts'

const track = (id: string, x: number): Track => ({
  id,
  label: 'person',
  score: 0.9,
  seen: true,
  box: [x, 0.2, 0.1, 0.3],
  body: [[x, 0.2, 0.8]],
})
const scene = (ms: number, tracks: readonly Track[], epoch = 1): Scene => ({
  type: 'scene',
  camera: 'gate',
  epoch,
  ptsUs: ms * 1000,
  atMs: 1_000_000 + ms,
  tracks,
  scores: [],
})
const scenes = [
  scene(0, [track('a', 0)]),
  scene(200, [track('a', 0.2), track('b', 0.5)]),
  scene(400, [track('a', 0.4)]),
]
const at = (ms: number, epoch = 1) => sceneAt(scenes, { epoch, ptsUs: ms * 1000 })

describe('what was seen in a picture', () => {
  it('is that of its very moment', () => {
    expect(at(200)!.tracks.map(({ id, box }) => [id, box[0]])).toEqual([
      ['a', 0.2],
      ['b', 0.5],
    ])
  })

  it('lies in between for a picture between two looks', () => {
    const [a] = at(300)!.tracks
    expect(a!.box[0]).toBeCloseTo(0.3)
    expect(a!.body![0]![0]).toBeCloseTo(0.3)
  })

  it('stays where it was for who is not seen any more, until the next look', () => {
    expect(at(399)!.tracks.find(({ id }) => id === 'b')!.box[0]).toBe(0.5)
    expect(at(400)!.tracks.map(({ id }) => id)).toEqual(['a'])
  })

  it('stays a moment after the last look, and no longer', () => {
    expect(at(1300)!.tracks[0]!.box[0]).toBe(0.4)
    expect(at(1500)).toBeNull()
  })

  it('is nothing before the first look, and of another connection', () => {
    expect(at(-10)).toBeNull()
    expect(at(200, 2)).toBeNull()
  })

  it('is found by arrival where pictures come another way, and the newest where they have no time', () => {
    expect(sceneAt(scenes, { atMs: 1_000_300 })!.tracks[0]!.box[0]).toBeCloseTo(0.3)
    expect(sceneAt(scenes, null)!.ptsUs).toBe(400_000)
    expect(sceneAt([], null)).toBeNull()
  })
})
