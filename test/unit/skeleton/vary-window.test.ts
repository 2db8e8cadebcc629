import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { resampleWindow } from '../../../src/skeleton/resample-window.ts'
import { cutWindow } from '../../../src/skeleton/skeleton-window.ts'
import { varyWindow } from '../../../src/skeleton/vary-window.ts'
import { drawnReadings } from '../../support/drawn-bodies.ts'

const span = { endPtsUs: 3_000_000, frames: 20, sampleFps: 10 }
const window = cutWindow(drawnReadings('flagging', 3), [drawnReadings('waiting', 4)], span)
const varied = Array.from({ length: 60 }, (_, n) => varyWindow(window, createRandom(n)))
/** x, y, score of a keypoint of one of the two bodies at a moment. */
const at = (values: Float32Array, body: number, n: number, moment = 10) =>
  [...values.subarray(((moment * 2 + body) * 17 + n) * 3, ((moment * 2 + body) * 17 + n) * 3 + 3)] as [
    number,
    number,
    number,
  ]
const [leftShoulder, rightShoulder, leftHip] = [5, 6, 11]

describe('a varied window of a real person', () => {
  it('is a function of the numbers that are drawn, and leaves the window as it is', () => {
    const before = window.slice()
    expect(varyWindow(window, createRandom(7))).toEqual(varied[7])
    expect(varied[7]).not.toEqual(varied[8])
    expect(window).toEqual(before)
  })

  it('mirrors half of them, so that left stays on the left of the person', () => {
    const width = (values: Float32Array) => at(values, 0, leftShoulder)[0] - at(values, 0, rightShoulder)[0]
    // The drawn person looks at the camera: left is to the right, and so it is in a mirror, since sides are swapped.
    expect(width(window)).toBeGreaterThan(0)
    for (const each of varied) expect(width(each)).toBeGreaterThan(0)
    const isMirrored = varied.map((each) => at(each, 0, leftHip)[0] < 0)
    expect(isMirrored.filter(Boolean).length).toBeGreaterThan(15)
    expect(isMirrored.filter(Boolean).length).toBeLessThan(45)
  })

  it('keeps the body about as large, wherever it is', () => {
    const length = (values: Float32Array) => Math.abs(at(values, 0, 15)[1] - at(values, 0, 0)[1])
    for (const each of varied) {
      expect(length(each)).toBeGreaterThan(0.8 * length(window))
      expect(length(each)).toBeLessThan(1.25 * length(window))
    }
  })

  it('now and then has keypoints, a limb or the one beside not found, and never finds what was not', () => {
    const lost = varied.map((each) => each.filter((value, n) => n % 3 === 2 && value === 0).length)
    expect(Math.min(...lost)).toBeGreaterThan(0)
    expect(Math.max(...lost)).toBeGreaterThan(300)
    const alone = varied.filter((each) =>
      Array.from({ length: 17 }, (_, n) => at(each, 1, n)[2]).every((s) => s === 0),
    )
    expect(alone.length).toBeGreaterThan(0)
    expect(alone.length).toBeLessThan(20)
    const nobody = resampleWindow([], span)
    const single = cutWindow(drawnReadings('flagging', 3), [], span)
    const still = varyWindow(single, createRandom(1))
    expect(nobody.every((value) => value === 0)).toBe(true)
    expect(Array.from({ length: 17 }, (_, n) => at(still, 1, n)[2]).every((score) => score === 0)).toBe(true)
  })
})
