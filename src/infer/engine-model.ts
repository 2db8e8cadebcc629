import type { ModelConfig } from '../config/schema.ts'

/** A model of the configuration as the engine runs it, with the folder of the bundle that it starts with. */
export type EngineModel = Pick<
  ModelConfig,
  'name' | 'providers' | 'workers' | 'intraOpThreads' | 'maxBatch' | 'deadlineMs'
> & {
  readonly path: string
  /** false: a bundle that was trained on simulated people only is refused. Absent: it is not asked. */
  readonly allowSimulated?: boolean
}
