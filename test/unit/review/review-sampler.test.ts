import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { createReviewSampler, type SampleCandidate } from '../../../src/review/review-sampler.ts'

const hourMs = 3_600_000
const clip = (
  atMs: number,
  scores: readonly number[],
  more: Partial<SampleCandidate> = {},
): SampleCandidate => ({
  cameraId: 'gate',
  atMs,
  labels: ['walking', 'falling', 'anomaly'],
  scores,
  thresholds: [0.5, 0.8, 1.5],
  disagrees: false,
  alerting: false,
  ...more,
})
const none = { uncertain: 0, disagreement: 0, anomaly: 0, random: 0 }
const sampler = (perHour: Partial<typeof none>) =>
  createReviewSampler({
    settings: { perHour: { ...none, ...perHour }, apartMs: 1000 },
    random: createRandom(1),
  })

describe('review sampler', () => {
  it('takes what is near a threshold, with the label', () => {
    const sample = sampler({ uncertain: 1 }).offer(clip(0, [0.1, 0.75, 0]))
    expect(sample).toEqual({ reason: 'uncertain', label: 'falling', score: 0.75 })
    expect(sampler({ uncertain: 1 }).offer(clip(0, [0.1, 0.2, 0]))).toBeNull()
  })

  it('prefers a disagreement, then an anomaly', () => {
    const all = sampler({ uncertain: 9, disagreement: 1, anomaly: 1 })
    const at = (index: number) => all.offer(clip(index * 2000, [0.45, 0, 0.995], { disagrees: true }))?.reason
    expect([at(0), at(1), at(2)]).toEqual(['disagreement', 'anomaly', 'uncertain'])
  })

  it('leaves clips of an alert to the alert', () => {
    expect(sampler({ uncertain: 1 }).offer(clip(0, [0.5, 0, 0], { alerting: true }))).toBeNull()
  })

  it('keeps to the quota of a camera and an hour', () => {
    const quota = sampler({ uncertain: 3 })
    const taken = (fromMs: number, cameraId: string) => {
      const samples = Array.from({ length: 100 }, (_, n) =>
        quota.offer(clip(fromMs + n * 2000, [0.5, 0, 0], { cameraId })),
      )
      return samples.filter((sample) => sample !== null).length
    }
    expect(taken(0, 'gate')).toBe(3)
    expect(taken(0, 'yard')).toBe(3)
    expect(taken(hourMs, 'gate')).toBe(3)
  })

  it('keeps samples of one camera apart', () => {
    const apart = sampler({ uncertain: 9 })
    const times = [0, 500, 999, 1000, 1500, 2000]
    expect(times.filter((at) => apart.offer(clip(at, [0.5, 0, 0])) !== null)).toEqual([0, 1000, 2000])
  })

  it('takes random clips all over the hour, as many as asked, the same for a seed', () => {
    const run = () => {
      const random = sampler({ random: 2 })
      const found: number[] = []
      for (let at = 0; at < 20 * hourMs; at += 10_000)
        if (random.offer(clip(at, [0, 0, 0]))?.reason === 'random') found.push(at)
      return found
    }
    const found = run()
    expect(found).toEqual(run())
    expect(found.length).toBeGreaterThanOrEqual(36)
    expect(found.length).toBeLessThanOrEqual(40)
    const minutes = found.map((at) => (at % hourMs) / 60_000)
    expect(Math.max(...minutes)).toBeGreaterThan(45)
    expect(Math.min(...minutes)).toBeLessThan(15)
  })
})
