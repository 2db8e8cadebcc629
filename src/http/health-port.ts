import type { CameraStatus } from '../core/camera-status.ts'

export interface ModelStatus {
  readonly name: string
  readonly version: string | null
  readonly ready: boolean
  /** Of a quantised model with its float graph: which one serves on this processor, and why. */
  readonly precision?: { readonly serves: 'quantised' | 'float'; readonly reason: string }
}

/** What the server reports; the pipelines implement it. */
export interface HealthPort {
  ready(): boolean
  cameras(): readonly CameraStatus[]
  models(): readonly ModelStatus[]
}

export interface MetricsPort {
  metricsText(): Promise<string>
  readonly metricsContentType: string
}
