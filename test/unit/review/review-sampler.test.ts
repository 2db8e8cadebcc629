import { describe, expect, it } from 'vitest'
import { samplingSchema } from '../../../src/config/schema/sampling-schema.ts'
import type { SampleReason } from '../../../src/core/clip-sample.ts'
import type { Disagreement } from '../../../src/core/disagreement.ts'
import { createReviewSampler, type ReviewSamplerOptions } from '../../../src/review/review-sampler.ts'
import type { SampleCandidate } from '../../../src/review/sample-candidate.ts'

const hourMs = 3_600_000
const disagreement = {
  label: 'falling',
  liveVersion: '1',
  shadowVersion: '2',
  liveScore: 0.2,
  shadowScore: 0.9,
} as Disagreement
const clip = (
  atMs: number,
  scores: readonly number[],
  more: Partial<SampleCandidate> = {},
): SampleCandidate => ({
  modelName: 'actions',
  atMs,
  labels: ['walking', 'falling', 'anomaly'],
  scores,
  thresholds: [0.5, 0.8, 1.5],
  disagreement: null,
  alerting: () => false,
  ...more,
})
const none = { uncertain: 0, disagreement: 0, anomaly: 0, random: 0 }
const settingsOf = (perHour: Partial<typeof none>) =>
  samplingSchema.parse({ perHour: { ...none, ...perHour }, apartMs: 1000 })
const sampler = (perHour: Partial<typeof none>, more: Partial<ReviewSamplerOptions> = {}) =>
  createReviewSampler({
    cameraId: 'gate',
    settings: settingsOf(perHour),
    seed: 1,
    startedMs: 0,
    past: () => [],
    ...more,
  })

describe('review sampler', () => {
  it('takes what is near a threshold, with the label and the figures', () => {
    const sample = sampler({ uncertain: 1 }).offer(clip(0, [0.1, 0.75, 0]))
    expect(sample).toEqual({
      reason: 'uncertain',
      label: 'falling',
      score: 0.75,
      explanation: 'near its threshold: falling 0.75, alerts from 0.80',
    })
    expect(sampler({ uncertain: 1 }).offer(clip(0, [0.1, 0.2, 0]))).toBeNull()
    const never = clip(0, [0.5, 0, 0], { thresholds: [Infinity, 0.8, 1.5] })
    expect(sampler({ uncertain: 1 }).offer(never)).toBeNull()
  })

  it('prefers a disagreement, then an anomaly', () => {
    const all = sampler({ uncertain: 9, disagreement: 1, anomaly: 1 })
    const at = (index: number) => all.offer(clip(index * 2000, [0.45, 0, 0.995], { disagreement }))
    expect(at(0)).toMatchObject({
      reason: 'disagreement',
      label: 'falling',
      score: 0.2,
      explanation: 'versions disagree on falling: 1 says 0.20, 2 0.90',
    })
    expect(at(1)).toMatchObject({ reason: 'anomaly', label: null })
    expect(at(2)).toMatchObject({ reason: 'uncertain', label: 'walking' })
  })

  it('takes a score that is rare on this camera, once it knows what is usual', () => {
    const rare = sampler({ anomaly: 1 })
    const offers = Array.from({ length: 4000 }, (_, n) => rare.offer(clip(n, [0.05, 0.02, 0])))
    expect(offers.filter((sample) => sample !== null)).toEqual([])
    expect(rare.offer(clip(4000, [0.05, 0.09, 0]))).toBeNull()
    expect(rare.offer(clip(5000, [0.05, 0.3, 0]))).toMatchObject({
      reason: 'anomaly',
      label: 'falling',
      score: 0.3,
      explanation: 'unusual for this camera: falling 0.30; 0.000 % of its scores are so high',
    })
    expect(sampler({ anomaly: 1 }).offer(clip(0, [0.05, 0.3, 0]))).toBeNull()
  })

  it('leaves clips of an alert to the alert', () => {
    expect(sampler({ uncertain: 1 }).offer(clip(0, [0.5, 0, 0], { alerting: () => true }))).toBeNull()
    const alerting = (label: string | null) => label === null || label === 'walking'
    const other = sampler({ uncertain: 1, random: 60 }).offer(clip(hourMs - 1, [0.5, 0.75, 0], { alerting }))
    expect(other).toMatchObject({ reason: 'uncertain', label: 'falling' })
    const random = sampler({ random: 60 }).offer(clip(hourMs - 1, [0.5, 0, 0], { alerting }))
    expect(random).toBeNull()
  })

  it('keeps to the quota of an hour, and counts no sample that was given back', () => {
    const quota = sampler({ uncertain: 3 })
    const taken = (fromMs: number) =>
      Array.from({ length: 100 }, (_, n) => quota.offer(clip(fromMs + n * 2000, [0.5, 0, 0]))).filter(
        (sample) => sample !== null,
      )
    const first = taken(0)
    expect(first).toHaveLength(3)
    quota.giveBack(first[0]!)
    expect(taken(400_000)).toHaveLength(1)
    expect(taken(hourMs)).toHaveLength(3)
  })

  it('goes on after a restart where it was', () => {
    const marks: { reason: SampleReason; lastMs: number }[] = [
      { reason: 'uncertain', lastMs: hourMs - 500 },
      { reason: 'uncertain', lastMs: hourMs + 1000 },
    ]
    const past = (sinceMs: number) => marks.filter(({ lastMs }) => lastMs >= sinceMs)
    const next = sampler({ uncertain: 2 }, { past, startedMs: hourMs + 1500 })
    const at = (atMs: number) => next.offer(clip(atMs, [0.5, 0, 0]))?.reason
    expect([at(hourMs + 1500), at(hourMs + 2000), at(hourMs + 3000)]).toEqual([
      undefined,
      'uncertain',
      undefined,
    ])
    const early = sampler({ uncertain: 2 }, { past: (sinceMs) => past(sinceMs).slice(0, 1) })
    expect(early.offer(clip(hourMs + 100, [0.5, 0, 0]))).toBeNull()
  })

  it('keeps samples apart', () => {
    const apart = sampler({ uncertain: 9 })
    const times = [0, 500, 999, 1000, 1500, 2000]
    expect(times.filter((at) => apart.offer(clip(at, [0.5, 0, 0])) !== null)).toEqual([0, 1000, 2000])
  })

  it('takes other quotas while it goes on', () => {
    const marks: { reason: SampleReason; lastMs: number }[] = []
    const quota = sampler({ uncertain: 1 }, { past: () => marks })
    const at = (atMs: number) => {
      const sample = quota.offer(clip(atMs, [0.5, 0, 0]))
      if (sample) marks.push({ reason: sample.reason, lastMs: atMs })
      return sample?.reason ?? null
    }
    expect([at(0), at(2000)]).toEqual(['uncertain', null])
    quota.retune(settingsOf({ uncertain: 2 }))
    expect([at(4000), at(6000)]).toEqual(['uncertain', null])
  })

  it('takes random clips all over the hour, as many as asked, at the same moments after a restart', () => {
    const run = (startedMs: number, cameraId = 'gate') => {
      const taken: { reason: SampleReason; lastMs: number }[] = []
      const random = sampler({ random: 2 }, { startedMs, cameraId })
      for (let at = startedMs; at < 20 * hourMs; at += 10_000)
        if (random.offer(clip(at, [0, 0, 0]))?.reason === 'random')
          taken.push({ reason: 'random', lastMs: at })
      return taken.map(({ lastMs }) => lastMs)
    }
    const found = run(0)
    expect(run(10 * hourMs + 1_200_000)).toEqual(found.filter((at) => at >= 10 * hourMs + 1_200_000))
    expect(run(0, 'yard')).not.toEqual(found)
    expect(found.length).toBeGreaterThanOrEqual(36)
    expect(found.length).toBeLessThanOrEqual(40)
    const minutes = found.map((at) => (at % hourMs) / 60_000)
    expect(Math.max(...minutes)).toBeGreaterThan(45)
    expect(Math.min(...minutes)).toBeLessThan(15)
  })

  it('takes a drawn clip once, also when the process is started again in that hour', () => {
    const first = sampler({ random: 3 })
    const taken: { reason: SampleReason; lastMs: number }[] = []
    let at = 0
    for (; taken.length < 2; at += 10_000)
      if (first.offer(clip(at, [0, 0, 0]))) taken.push({ reason: 'random', lastMs: at })
    const second = sampler({ random: 3 }, { past: () => taken, startedMs: at })
    let more = 0
    for (; at < hourMs; at += 10_000) if (second.offer(clip(at, [0, 0, 0]))) more += 1
    expect(more).toBe(1)
  })
})
