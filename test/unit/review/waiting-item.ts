import type { ReviewItem } from '../../../src/store/tables/review/review-item.ts'

/** A clip of `gate` of which the model said falling, and nobody anything. */
export const waiting = (id: string, more: Partial<ReviewItem> = {}): ReviewItem => ({
  id,
  reason: 'alert',
  cameraId: 'gate',
  path: `/clips/${id}.mp4`,
  sha256: 'a'.repeat(64),
  startedMs: 5000,
  durationMs: 8000,
  saidFromMs: 3000,
  saidToMs: 5500,
  label: 'falling',
  score: 0.9,
  modelVersion: '1.0.0',
  explanation: null,
  removedReason: null,
  ...more,
})
