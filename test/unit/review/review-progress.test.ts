import { describe, expect, it } from 'vitest'
import { clipsWanted, reviewProgress } from '../../../src/review/review-progress.ts'
import type { JudgedCount, WaitingCount } from '../../../src/store/tables/review/review-counts.ts'

const rules = { minClassItems: 5, testShare: 0.2, validationShare: 0.15, folds: 3 }
const everything = () => true
const judged = (labels: string[], more: Partial<JudgedCount> = {}): JudgedCount => ({
  cameraId: 'gate',
  day: 1,
  said: 'falling',
  verdict: labels.length === 0 ? 'reject' : labels[0] === 'falling' ? 'confirm' : 'relabel',
  labels,
  who: 'ann',
  clips: 1,
  removed: 0,
  ...more,
})
const waits = (label: string | null, clips: number, cameraId = 'gate'): WaitingCount => ({
  cameraId,
  reason: 'alert',
  label,
  clips,
})

describe('how far reviewing has come', () => {
  it('counts of each label what was said of it and what it still needs', () => {
    const {
      labels,
      learnable,
      people,
      judged: done,
    } = reviewProgress(
      {
        waiting: [waits('falling', 4), waits(null, 2)],
        judged: [
          judged(['falling'], { clips: 3 }),
          judged(['falling'], { day: 2, removed: 2, clips: 1, who: 'ben' }),
          judged([], { clips: 2 }),
          judged(['walking'], { cameraId: 'yard' }),
          judged([], { verdict: 'unsure', clips: 7 }),
          judged([], { verdict: 'skip', clips: 9 }),
        ],
      },
      rules,
      everything,
    )
    expect(labels).toEqual([
      {
        label: 'falling',
        waiting: 4,
        confirmed: 6,
        rejected: 3,
        relabelled: 0,
        clips: 4,
        groups: 2,
        clipsNeeded: 1,
        groupsNeeded: 0,
      },
      {
        label: 'walking',
        waiting: 0,
        confirmed: 0,
        rejected: 0,
        relabelled: 1,
        clips: 1,
        groups: 1,
        clipsNeeded: 4,
        groupsNeeded: 1,
      },
    ])
    expect(learnable).toEqual({ clips: 7, groups: 3, groupsNeeded: 0 })
    expect(done).toEqual({ clips: 16, unsure: 7, none: 2 })
    expect(people).toEqual([
      { who: 'ann', clips: 13 },
      { who: 'ben', clips: 1 },
    ])
  })

  it('tells nobody of cameras that he may not see', () => {
    const counts = {
      waiting: [waits('falling', 4), waits('x', 2, 'vault')],
      judged: [judged(['x'], { cameraId: 'vault' })],
    }
    const seen = reviewProgress(counts, rules, (id) => id === 'gate')
    expect(seen.labels.map(({ label }) => label)).toEqual(['falling'])
    expect(seen.waiting).toEqual({
      clips: 4,
      reasons: [{ reason: 'alert', clips: 4 }],
      cameras: [{ cameraId: 'gate', clips: 4 }],
      labels: [{ label: 'falling', clips: 4 }],
    })
    expect(seen.people).toEqual([])
  })

  it('names the sides that there are too few cameras and days for', () => {
    const one = reviewProgress({ waiting: [], judged: [judged(['falling'])] }, rules, everything)
    expect(one.learnable.groupsNeeded).toBe(2)
    const crossed = { ...rules, testShare: 0, validationShare: 0 }
    const two = reviewProgress({ waiting: [], judged: [judged(['falling'])] }, crossed, everything)
    expect(two.learnable.groupsNeeded).toBe(0)
  })
})

describe('the clips of a label that make its figures count', () => {
  it.each([
    ['all are judged in cross-validation', 24, rules, 5],
    ['with many, those on the test side alone', 200, rules, 25],
    ['without parts, those on the test side', 24, { ...rules, folds: 0 }, 25],
    ['without a test side, all', 200, { ...rules, testShare: 0 }, 5],
  ])('%s', (_what, clips, given, wanted) => {
    expect(clipsWanted(clips, given)).toBe(wanted)
  })
})
