import type { Bundle } from '../bundle/bundle-schema.ts'
import type { ModelConfig } from '../config/schema.ts'
import type { ErrorCode } from '../core/errors.ts'

export type Provider = ModelConfig['providers'][number]

/** What a worker is started with. */
export interface WorkerPlan {
  /** Name of the model in the configuration, for messages. */
  readonly modelName: string
  readonly bundle: Bundle
  readonly graphPath: string
  /** In order of preference. */
  readonly providers: readonly Provider[]
  readonly intraOpThreads: number
  readonly allowSpinning: boolean
}

/** What a session really runs on. */
export interface SessionFacts {
  readonly provider: Provider
  /** Nodes by ONNX Runtime's name of the provider that ran them; empty for cpu, where it goes without saying. */
  readonly nodes: Readonly<Record<string, number>>
  /** Why providers before it in the configuration were passed over. */
  readonly refused: readonly { readonly provider: Provider; readonly message: string }[]
}

export type ToWorker =
  | {
      readonly type: 'run'
      /** Rows of the batch. */
      readonly slots: number
      /** Starts with the clips of the batch, see BatchBuffers; transferred, and comes back. */
      readonly buffer: ArrayBuffer
      /** One for each of the bundle's states: float32 [slots, ...shape]; transferred. */
      readonly states: readonly Float32Array<ArrayBuffer>[]
    }
  | { readonly type: 'close' }

/** Runs are answered in the order in which they were sent. */
export type FromWorker =
  | ({ readonly type: 'ready' } & SessionFacts)
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly message: string; readonly details: object }
  | ({ readonly type: 'done'; readonly buffer: ArrayBuffer } & RunResult)
  | { readonly type: 'failed'; readonly buffer: ArrayBuffer; readonly message: string }

export interface RunResult {
  /** Probabilities, slots × labels. */
  readonly values: Float32Array<ArrayBuffer>
  /** float32 [slots, ...shape] for each of the bundle's states. */
  readonly states: readonly Float32Array<ArrayBuffer>[]
  /** Time inside ONNX Runtime, milliseconds. */
  readonly runMs: number
}
