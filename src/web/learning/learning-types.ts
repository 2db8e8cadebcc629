import type { paths } from '../api/api-types.ts'

type Json<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

export type Job = NonNullable<Json<'/api/v1/learning'>['job']>
export type StartChoices = Json<'/api/v1/learning/choices'>
export type RunEntry = Json<'/api/v1/runs'>['runs'][number]
export type RunDetail = Json<'/api/v1/runs/{id}'>
export type Judged = NonNullable<RunDetail['judged']>
export type ModelEntry = Json<'/api/v1/models'>['models'][number]
export type ModelDetail = Json<'/api/v1/models/{name}'>
export type Version = ModelDetail['lineage'][number]
export type DatasetName = Json<'/api/v1/datasets'>['datasets'][number]
export type DatasetSummary = Json<'/api/v1/datasets/{reference}/summary'>
