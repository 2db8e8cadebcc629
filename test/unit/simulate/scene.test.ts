import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { randomScript } from '../../../src/simulate/random-script.ts'
import { createScene, type Scene } from '../../../src/simulate/scene.ts'
import { eventsOf, labelsOf } from '../../../src/simulate/scene-truth.ts'
import type { SceneScript } from '../../../src/simulate/script.ts'
import { type Story, stories } from '../../../src/simulate/stories.ts'

const size = { widthPx: 160, heightPx: 96 }
const sceneOf = (seed: number, more: { stories?: Story[]; styleSet?: 'train' | 'holdout' } = {}): Scene =>
  createScene(randomScript({ seed, durationS: 40, styleSet: 'train', perMinute: 6, ...more }), size)
const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const quiet = (script: SceneScript): SceneScript => ({
  ...script,
  noise: 0,
  clutter: [],
  light: 'day',
  camera: { ...script.camera, shake: 0 },
})

describe('simulated scenes', () => {
  it('are the same for the same seed, and differ by seed and by time', () => {
    const pictures = [sceneOf(3).render(5), sceneOf(3).render(5), sceneOf(4).render(5), sceneOf(3).render(6)]
    const digests = pictures.map(digest)
    expect(digests[0]).toBe(digests[1])
    expect(new Set(digests).size).toBe(3)
  })

  it('depend on nothing but the time, in whatever order they are rendered', () => {
    const one = sceneOf(9)
    one.render(20)
    one.render(3)
    expect(digest(one.render(7))).toBe(digest(sceneOf(9).render(7)))
  })

  it.each([
    ['pass', 'walking'],
    ['run', 'running'],
    ['fall', 'falling'],
    ['fall', 'lying'],
    ['wave', 'waving'],
    ['fight', 'fighting'],
    ['loiter', 'loitering'],
  ] as const)('the story %s shows %s', (story, label) => {
    const labels = [1, 2, 3].flatMap((seed) =>
      eventsOf(sceneOf(seed, { stories: [story] }), 8).map((e) => e.label),
    )
    expect(labels).toContain(label)
    const foreign = {
      pass: 'fighting',
      run: 'walking',
      fall: 'waving',
      wave: 'lying',
      fight: 'lying',
      loiter: 'falling',
    }
    expect(labels).not.toContain(foreign[story])
  })

  it('move pixels where the people are, and nowhere else', () => {
    for (const story of stories) {
      const script = quiet(
        randomScript({ seed: 11, durationS: 30, styleSet: 'train', stories: [story], perMinute: 4 }),
      )
      const scene = createScene(script, size)
      const empty = createScene({ ...script, people: [] }, size).render(0)
      for (let tS = 0; tS < 30; tS += 1.7) {
        const picture = scene.render(tS)
        const people = scene.peopleAt(tS)
        let inside = 0
        for (let y = 0; y < size.heightPx; y += 1)
          for (let x = 0; x < size.widthPx; x += 1) {
            const at = (y * size.widthPx + x) * 3
            if (Math.abs(picture[at]! - empty[at]!) < 12) continue
            const covered = people.some(
              ({ box }) =>
                x >= box.xPx - 6 &&
                x <= box.xPx + box.widthPx + 6 &&
                y >= box.yPx - 3 &&
                y <= box.yPx + box.heightPx + 8,
            )
            expect(covered).toBe(true)
            inside += 1
          }
        if (people.some(({ visible, box }) => visible > 0.9 && box.heightPx > 10))
          expect(inside).toBeGreaterThan(10)
      }
    }
  })

  it('lie lower than they stood', () => {
    const scene = sceneOf(2, { stories: ['fall'] })
    const heights = { standing: [] as number[], lying: [] as number[] }
    for (let tS = 0; tS < 40; tS += 0.1)
      for (const { action, box, visible } of scene.peopleAt(tS)) {
        if (visible < 1) continue
        if (action === 'walking') heights.standing.push(box.heightPx)
        if (action === 'lying') heights.lying.push(box.heightPx)
      }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(heights.lying)).toBeLessThan(mean(heights.standing) * 0.6)
  })

  it('keep the styles of training and hold-out apart', () => {
    const scripts = (styleSet: 'train' | 'holdout') =>
      Array.from({ length: 40 }, (_, seed) => randomScript({ seed, durationS: 60, styleSet, perMinute: 8 }))
    const looks = (all: SceneScript[]) => ({
      backgrounds: new Set(all.map(({ background }) => background)),
      tops: new Set(all.flatMap(({ people }) => people.map(({ body }) => body.top.join()))),
    })
    const [train, holdout] = [looks(scripts('train')), looks(scripts('holdout'))]
    expect([...train.backgrounds].filter((name) => holdout.backgrounds.has(name))).toEqual([])
    expect([...train.tops].filter((colour) => holdout.tops.has(colour))).toEqual([])
  })

  it('never hold more than five stories, and some are empty', () => {
    const all = Array.from({ length: 60 }, (_, seed) =>
      randomScript({ seed, durationS: 30, styleSet: 'train' }),
    )
    expect(all.some(({ people }) => people.length === 0)).toBe(true)
    for (const script of all) {
      const scene = createScene(script, { widthPx: 16, heightPx: 16 })
      for (let tS = 0; tS < 30; tS += 2) expect(scene.peopleAt(tS).length).toBeLessThanOrEqual(6)
    }
  })
})

describe('truth of a scene', () => {
  it('agrees with what is seen frame by frame', () => {
    const scene = sceneOf(21)
    const events = eventsOf(scene, 10)
    expect(events.length).toBeGreaterThan(2)
    for (let frame = 0; frame < 400; frame += 1) {
      const tS = frame / 10
      const fromEvents = new Set(
        events
          .filter(({ startS, endS }) => tS >= startS - 1e-9 && tS < endS - 1e-9)
          .map(({ label }) => label),
      )
      expect(new Set(labelsOf(scene.peopleAt(tS)))).toEqual(fromEvents)
    }
  })
})
