import { describe, expect, it } from 'vitest'
import { drawScene } from '../../../../src/web/live/draw-scene.ts'
import type { Scene } from '../../../../src/web/live/messages.ts'

/** Where words are drawn on a picture whose upper 26 px are covered. */
function wordsAt(of: Parameters<typeof drawScene>[1]): { text: string; y: number }[] {
  const words: { text: string; y: number }[] = []
  const canvas = new Proxy(
    {
      canvas: { width: 640, height: 360 },
      measureText: () => ({ width: 40 }),
      fillText: (text: string, _x: number, y: number) => words.push({ text, y }),
    } as Record<string, unknown>,
    { get: (own, name: string) => own[name] ?? (() => {}), set: () => true },
  )
  drawScene(canvas as unknown as CanvasRenderingContext2D, of, {
    left: 0,
    top: 0,
    width: 640,
    height: 360,
    clearTop: 26,
    scale: 1,
    shows: () => true,
    percent: String,
    word: (name) => name,
  })
  return words
}

const person = (y: number) =>
  ({
    id: 'door-7',
    label: 'person',
    score: 0.9,
    seen: true,
    box: [0.2, y, 0.1, 0.3],
    posture: 'standing',
    actions: [{ label: 'waving', score: 0.8 }],
  }) as unknown as Scene['tracks'][number]

describe('words over a picture', () => {
  it.each([0, 0.02, 0.05, 0.1, 0.15, 0.3])('lie where nothing covers them: a person at %f', (y) => {
    const scene = { tracks: [person(y)], scores: [] } as unknown as Scene
    const words = wordsAt({ scene, places: null })
    expect(words.map(({ text }) => text)).toEqual(['person 7 · 0.9', 'standing', 'waving 0.8'])
    for (const { text, y: at } of words) expect(at - 7.5, text).toBeGreaterThanOrEqual(26)
  })

  it('lie there for zones and lines too', () => {
    const places = {
      zones: [
        {
          name: 'door',
          points: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        },
      ],
      lines: [{ name: 'gate', from: [0, 0.01], to: [1, 1] }],
    } as unknown as NonNullable<Parameters<typeof drawScene>[1]['places']>
    for (const { text, y } of wordsAt({ scene: null, places }))
      expect(y - 7.5, text).toBeGreaterThanOrEqual(26)
  })
})
