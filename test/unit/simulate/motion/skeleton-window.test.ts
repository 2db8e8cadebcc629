import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { drawAct } from '../../../../src/simulate/motion/act.ts'
import { bodyJoints, drawBody } from '../../../../src/simulate/motion/body-joints.ts'
import { mirrored, pose, upright } from '../../../../src/simulate/motion/body-pose.ts'
import { skeletonLabels } from '../../../../src/simulate/motion/skeleton-labels.ts'
import { drawSkeletonWindow } from '../../../../src/simulate/motion/skeleton-window.ts'

const windowS = 1.9
const size = drawBody(createRandom(5))
const [nose, shoulderL, shoulderR, wristL, wristR, hipL, kneeL, ankleL, ankleR] = [
  0, 5, 6, 9, 10, 11, 13, 15, 16,
]
const y = (joints: readonly (readonly number[])[], n: number) => joints[n]![1]!

describe('a body', () => {
  it('stands upright on the ground, the head on top, left and right where they belong', () => {
    const joints = bodyJoints(size, upright, 0)
    expect(y(joints, nose)).toBeGreaterThan(y(joints, shoulderL))
    expect(y(joints, shoulderL)).toBeGreaterThan(y(joints, hipL))
    expect(y(joints, hipL)).toBeGreaterThan(y(joints, kneeL))
    expect(Math.min(...joints.map(([, height]) => height))).toBeCloseTo(0.04, 6)
    expect(y(joints, nose) / size.heightM).toBeGreaterThan(0.75)
    expect(y(joints, nose) / size.heightM).toBeLessThan(1.05)
    expect(joints[shoulderL]![0]).toBeLessThan(joints[shoulderR]![0])
  })

  it.each([
    [
      'both arms up',
      { liftL: 3, liftR: 3 },
      (j: number[][]) => Math.min(y(j, wristL), y(j, wristR)) > y(j, nose),
    ],
    ['lying on the back', { pitch: -Math.PI / 2 }, (j: number[][]) => y(j, nose) < 0.4 && y(j, hipL) < 0.3],
    ['fallen to the right', { roll: -Math.PI / 2 }, (j: number[][]) => j[nose]![0]! > j[hipL]![0]! + 0.3],
    ['bent forward', { pitch: 0.8, bend: 0.8 }, (j: number[][]) => j[nose]![2]! > j[hipL]![2]! + 0.3],
    ['a knee lifted', { hipL: 1.5, kneeL: 1.5 }, (j: number[][]) => y(j, kneeL) > y(j, ankleR) + 0.5],
  ])('%s is where it should be', (_, change, holds) => {
    expect(holds(bodyJoints(size, pose(change), 0) as unknown as number[][])).toBe(true)
  })

  it('keeps the lengths of its limbs in every pose of every action', () => {
    for (const [n, label] of skeletonLabels.entries())
      for (const tS of [0, 0.7, 1.9]) {
        const act = drawAct(label, createRandom(100 + n), windowS)
        const joints = bodyJoints(size, act.subject.pose(tS), act.subject.hold)
        const [knee, ankle] = [joints[kneeL]!, joints[ankleL]!]
        expect(Math.hypot(...knee.map((value, axis) => value - ankle[axis]!))).toBeCloseTo(size.shin, 6)
        expect(joints.flat().every(Number.isFinite)).toBe(true)
      }
  })

  it('is its own mirror image when left and right are exchanged', () => {
    const act = drawAct('kicking', createRandom(7), windowS)
    const one = act.subject.pose(0.8)
    const even = { ...size }
    const joints = bodyJoints(even, one, 0)
    const other = bodyJoints(even, mirrored(one), 0)
    expect(other[ankleL]![0]).toBeCloseTo(-joints[ankleR]![0], 6)
    expect(other[ankleL]![1]).toBeCloseTo(joints[ankleR]![1], 6)
    expect(other[nose]![0]).toBeCloseTo(-joints[nose]![0], 6)
  })
})

describe('an act', () => {
  it.each(skeletonLabels)('of %s says what is true, in shares that sum to one', (label) => {
    for (let seed = 0; seed < 40; seed += 1) {
      const { truth } = drawAct(label, createRandom(seed), windowS)
      const shares = Object.values(truth)
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
      expect(truth[label] ?? 0).toBeGreaterThanOrEqual(0)
    }
  })

  it('of falling ends near the ground, and begins well over it', () => {
    let ended = 0
    const count = 60
    for (let seed = 0; seed < count; seed += 1) {
      const { subject } = drawAct('falling', createRandom(seed), windowS)
      const head = (tS: number) => y(bodyJoints(size, subject.pose(tS), 0), nose)
      if (head(4) < 0.75 && head(-0.8) > head(4) + 0.2) ended += 1
    }
    expect(ended / count).toBeGreaterThan(0.9)
  })

  it('of fighting has somebody near in most windows', () => {
    const acts = Array.from({ length: 60 }, (_, seed) => drawAct('fighting', createRandom(seed), windowS))
    const near = acts.filter(({ other }) => other !== null && other.distanceM < 1.2)
    expect(near.length).toBeGreaterThan(35)
    expect(near.length).toBeLessThan(60)
  })
})

describe('a simulated window', () => {
  it('depends on its random numbers alone', () => {
    expect(drawSkeletonWindow(createRandom(3), { windowS })).toEqual(
      drawSkeletonWindow(createRandom(3), { windowS }),
    )
    expect(drawSkeletonWindow(createRandom(3), { windowS })).not.toEqual(
      drawSkeletonWindow(createRandom(4), { windowS }),
    )
  })

  it('has what a pose model gives: readings in order, 17 points, scores from 0 to 1, mostly in the picture', () => {
    let [inside, points, pairs] = [0, 0, 0]
    const seen = new Set<number>()
    const scores: number[] = []
    for (let seed = 0; seed < 400; seed += 1) {
      const { subject, other, truth, endPtsUs } = drawSkeletonWindow(createRandom(seed), { windowS })
      if (other) pairs += 1
      seen.add(truth.indexOf(Math.max(...truth)))
      const times = subject.map(({ ptsUs }) => ptsUs)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times.at(-1)!).toBeLessThanOrEqual(endPtsUs)
      for (const { keypoints } of subject) {
        expect(keypoints).toHaveLength(17)
        for (const { xPx, yPx, score } of keypoints) {
          scores.push(score)
          points += 1
          if (xPx > -0.05 && xPx < 1.85 && yPx > -0.05 && yPx < 1.05) inside += 1
        }
      }
    }
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true)
    expect(inside / points).toBeGreaterThan(0.95)
    expect(pairs).toBeGreaterThan(120)
    expect(seen.size).toBe(skeletonLabels.length)
  })
})
