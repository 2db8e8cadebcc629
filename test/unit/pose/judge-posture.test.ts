import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Keypoint, Posture } from '../../../src/core/pose.ts'
import { judgePosture } from '../../../src/pose/judge-posture.ts'
import { bent, body, crouched, handsUp, hide, leastScores } from './body.ts'

const judge = (keypoints: readonly Keypoint[], before: Posture | null = null) =>
  judgePosture(keypoints, leastScores, before)
const everyBody = [body(), body(handsUp), body(crouched), body(bent), body({}, { degrees: 90 })]

describe('postures', () => {
  it.each<[string, Keypoint[], Partial<Posture>]>([
    ['upright', body(), { body: 'standing', handsUp: false, torsoDegrees: 0, sureCount: 17 }],
    ['leaning a little', body({}, { degrees: 20 }), { body: 'standing' }],
    ['hands over the head', body(handsUp), { body: 'standing', handsUp: true }],
    ['one hand up', body({ left_wrist: handsUp.left_wrist! }), { handsUp: false }],
    ['hips low over the feet', body(crouched), { body: 'crouching' }],
    ['crouching with the hands up', body({ ...crouched, ...handsUp }), { body: 'crouching', handsUp: true }],
    ['trunk level over upright legs', body(bent), { body: 'bending' }],
    [
      'turned to the right',
      body({}, { degrees: 90 }),
      { body: 'lying', torsoDegrees: expect.closeTo(90, 5) },
    ],
    [
      'turned to the left',
      body({}, { degrees: -80 }),
      { body: 'lying', torsoDegrees: expect.closeTo(80, 5) },
    ],
    ['lying with the arms stretched out', body(handsUp, { degrees: 90 }), { body: 'lying', handsUp: false }],
  ])('%s', (_, keypoints, wanted) => {
    expect(judge(keypoints)).toMatchObject(wanted)
  })

  it.each<[string, RegExp, Partial<Posture>]>([
    ['too few points', /^(?!.*(shoulder|hip)).*$/, { body: 'unknown', sureCount: 4 }],
    ['no hips', /hip/, { body: 'unknown', torsoDegrees: null, sureCount: 15 }],
    ['upright without legs: it may sit', /knee|ankle/, { body: 'unknown', torsoDegrees: 0 }],
    ['no ankles: the thighs tell', /ankle/, { body: 'standing' }],
    ['one side only', /^right/, { body: 'standing' }],
  ])('%s', (_, hidden, wanted) => {
    expect(judge(hide(body(), hidden))).toMatchObject(wanted)
  })

  it('tells hands by the shoulders when the nose is not seen, and says nothing of hidden hands', () => {
    expect(judge(hide(body(handsUp), /nose/)).handsUp).toBe(true)
    expect(judge(hide(body(handsUp), /left_wrist/)).handsUp).toBe(false)
  })

  it('keeps lying until the body is well up', () => {
    const at = (degrees: number) => body({}, { degrees })
    const lying = judge(at(80))
    expect(judge(at(55)).body).not.toBe('lying')
    expect(judge(at(55), lying).body).toBe('lying')
    expect(judge(at(30), lying).body).toBe('standing')
  })

  it('does not toggle near a limit', () => {
    let [before, changes] = [judge(body()), 0]
    for (let n = 0; n < 100; n += 1) {
      const now = judge(body({}, { degrees: 40 + 4 * Math.sin(n) }), before)
      changes += Number(now.body !== before.body)
      before = now
    }
    expect(changes).toBeLessThanOrEqual(1)
  })

  it('is the same at every place and size, and in a mirror', () => {
    const place = fc.record({
      // Not on a limit, where the last bit of a sine would decide.
      degrees: fc.integer({ min: -180, max: 180 }).map((degrees) => degrees + 0.37),
      scale: fc.double({ min: 5, max: 500, noNaN: true }),
      xPx: fc.double({ min: -1000, max: 1000, noNaN: true }),
      yPx: fc.double({ min: -1000, max: 1000, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.constantFrom({}, handsUp, crouched, bent), place, (changes, at) => {
        const here = body(changes, { degrees: at.degrees })
        const { torsoDegrees, ...wanted } = judge(here)
        const there = judge(body(changes, at))
        const mirrored = judge(here.map((point) => ({ ...point, xPx: 400 - point.xPx })))
        for (const found of [there, mirrored]) {
          expect(found).toMatchObject(wanted)
          expect(found.torsoDegrees).toBeCloseTo(torsoDegrees!, 5)
        }
      }),
    )
  })

  it('never throws and counts what is sure, whatever the points are', () => {
    const point = fc.record({
      xPx: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      yPx: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 17, maxLength: 17 }),
        fc.constantFrom(null, ...everyBody.map((keypoints) => judge(keypoints))),
        (keypoints, before) => {
          const found = judge(keypoints, before)
          expect(found.sureCount).toBe(keypoints.filter(({ score }) => score >= 0.3).length)
          if (found.sureCount < 6) expect(found).toMatchObject({ body: 'unknown', handsUp: false })
          expect(judge(keypoints, before)).toEqual(found)
        },
      ),
    )
  })
})
