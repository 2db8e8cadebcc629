import type { Keypoint } from '../../core/pose.ts'
import type { Random } from '../../core/random.ts'
import { type Act, drawAct, drawFriends } from './act.ts'
import { filmAct } from './filmed-joints.ts'
import { createKeypointErrors } from './keypoint-errors.ts'
import { type SkeletonLabel, skeletonLabels } from './skeleton-labels.ts'

/** What a pose model reads of a person at a time. */
export interface SimulatedReading {
  readonly ptsUs: number
  readonly keypoints: readonly Keypoint[]
}

export interface SimulatedPeople {
  /** The one whom the truth is about. */
  readonly subject: readonly SimulatedReading[]
  /** Who is nearest; null: nobody is near. */
  readonly other: readonly SimulatedReading[] | null
  /** Shares of skeletonLabels; they sum to 1. */
  readonly truth: Float32Array
  /** Where the window ends. */
  readonly endPtsUs: number
}

/** How often each label is drawn, against the others. */
const frequency: Record<SkeletonLabel, number> = {
  standing: 9,
  walking: 10,
  running: 7,
  sitting: 9,
  bending: 10,
  crouching: 8,
  falling: 13,
  lying: 8,
  waving: 8,
  'hands-up': 5,
  fighting: 16,
  pushing: 4,
  kicking: 4,
  throwing: 4,
  climbing: 4,
  exercise: 11,
}
const total = Object.values(frequency).reduce((sum, each) => sum + each, 0)
const friendsShare = 0.04
/** Readings of two people that are taken for one moment. */
const confusedUs = 120_000

/**
 * Readings of simulated people for one window: what they do, how they are built, from where they are filmed and how a
 * pose model errs are drawn anew each time, so that no two windows are alike. Lengths are those of a picture of height 1.
 */
export function drawSkeletonWindow(random: Random, { windowS }: { windowS: number }): SimulatedPeople {
  const act: Act = random.chance(friendsShare)
    ? drawFriends(random)
    : drawAct(drawLabel(random), random, windowS)
  const film = filmAct(act, random, random.range(0.3, 0.7) * windowS)
  const everyS = 1 / random.pick([5, 5, 6, 7.5, 8, 10, 10, 12, 15])
  // Somebody who came into the picture a moment ago.
  const seenFromS = random.chance(0.2) ? random.range(0, 0.7) * windowS : -everyS
  const errors = [createKeypointErrors(random, film.width), createKeypointErrors(random, film.width)] as const
  const read = (person: 0 | 1): SimulatedReading[] => {
    const readings: SimulatedReading[] = []
    let beforeS = seenFromS
    for (
      let tS = seenFromS + random.range(0, everyS);
      tS <= windowS + 1e-6;
      tS += everyS * random.range(0.9, 1.1)
    ) {
      const keypoints = errors[person](film.at(person, tS), tS - beforeS)
      beforeS = tS
      if (keypoints) readings.push({ ptsUs: Math.round(tS * 1e6), keypoints })
    }
    return readings
  }
  const [one, two] = [read(0), film.people === 2 ? read(1) : null]
  const confusion = act.other && act.other.distanceM < 0.8 ? random.pick([0, 0, 0.04, 0.12]) : 0
  const subject = confused(one, two, confusion, random)
  const other = two && confused(two, one, confusion, random)
  return {
    subject,
    other: other && other.length > 1 ? other : null,
    truth: Float32Array.from(skeletonLabels, (label) => act.truth[label] ?? 0),
    endPtsUs: Math.round(windowS * 1e6),
  }
}

/** Limbs of people who hold on to each other are taken for each other's, each for a moment. */
function confused<T extends SimulatedReading>(
  readings: readonly T[],
  others: readonly T[] | null,
  rate: number,
  random: Random,
): readonly T[] {
  if (rate === 0 || !others) return readings
  return readings.map((reading) => {
    const beside = others.find(({ ptsUs }) => Math.abs(ptsUs - reading.ptsUs) < confusedUs)
    if (!beside) return reading
    const keypoints = reading.keypoints.map((point, n) =>
      random.chance(rate) ? beside.keypoints[n]! : point,
    )
    return { ...reading, keypoints }
  })
}

function drawLabel(random: Random): SkeletonLabel {
  let left = random.next() * total
  for (const label of skeletonLabels) {
    left -= frequency[label]
    if (left < 0) return label
  }
  return 'standing'
}
