import type { paths } from '../api/api-types.ts'

type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

export type ReviewList = Json<'/api/v1/review'>
export type ReviewItem = ReviewList['items'][number]
export type ReviewDetail = Json<'/api/v1/review/{id}'>
export type Counters = Json<'/api/v1/review/counters'>
export type LabelEntry = Json<'/api/v1/labels'>['labels'][number]
export type Reason = ReviewItem['reason']
export type Verdict = 'confirm' | 'reject' | 'relabel' | 'unsure' | 'skip'
