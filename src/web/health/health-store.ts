import { signal } from '@preact/signals'
import type { paths } from '../api/api-types.ts'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'

type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } }
}
  ? T
  : never
export type Health = Answer<'/api/v1/health'>
export type Series = Answer<'/api/v1/health/series'>
export type Status = Answer<'/api/v1/status'>
export type Camera = Answer<'/api/v1/cameras'>['cameras'][number]
export type LogLine = Answer<'/api/v1/logs'>['lines'][number]
export type Letter = Answer<'/api/v1/dead-letters'>['letters'][number]

export interface Shown {
  readonly health: Health
  readonly series: Series
  readonly status: Status
  readonly cameras: readonly Camera[]
}

export const shown = signal<Shown | null>(null)
export const problem = signal<ApiProblem | null>(null)

/** Gets all figures as they are now. */
export async function load(): Promise<void> {
  try {
    const [health, series, status, list] = await Promise.all([
      dataOf(api.GET('/api/v1/health')),
      dataOf(api.GET('/api/v1/health/series')),
      dataOf(api.GET('/api/v1/status')),
      dataOf(api.GET('/api/v1/cameras')),
    ])
    shown.value = { health, series, status, cameras: list.cameras }
    problem.value = null
  } catch (thrown) {
    problem.value = problemOf(thrown)
  }
}
