import type { paths } from '../api/api-types.ts'
import { api, dataOf } from '../api/client.ts'

export type Job = paths['/api/v1/exports/{id}']['get']['responses'][200]['content']['application/json']

/** Whether it goes on, so that it is asked for again. */
export const isActive = ({ state }: Pick<Job, 'state'>): boolean => state === 'waiting' || state === 'running'

export const fetchJobs = async (): Promise<readonly Job[]> => (await dataOf(api.GET('/api/v1/exports'))).jobs

export async function dropJob(id: string): Promise<void> {
  await dataOf(api.DELETE('/api/v1/exports/{id}', { params: { path: { id } } }))
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const isoOf = ({ fromMs, toMs }: Span) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
})

/** @throws ApiProblem */
export const startExport = (span: Span, cameras: readonly string[], time: 'none' | 'subtitles' | 'burned') =>
  dataOf(api.POST('/api/v1/exports', { body: { cameras: [...cameras], time, ...isoOf(span) } }))

/** @throws ApiProblem */
export const startSearch = (
  span: Span,
  camera: string,
  area: { x: number; y: number; width: number; height: number },
) => dataOf(api.POST('/api/v1/motion-searches', { body: { camera, area, ...isoOf(span) } }))
