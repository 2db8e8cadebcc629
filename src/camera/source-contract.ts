import type { spawn as nodeSpawn } from 'node:child_process'
import type { Observable } from 'rxjs'
import type { CameraConfig } from '../config/schema.ts'
import type { CameraStatus, ProductTrouble } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import type { Fragment, Frame, FrameStreamSpec } from '../core/frame.ts'
import type { SoundBlock } from '../core/sound.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { OpenPipes } from './read-pipes.ts'

export interface CameraSourceOptions {
  readonly camera: CameraConfig
  /** The frames that somebody wants; each is decoded once whoever reads it. */
  readonly streams: readonly FrameStreamSpec[]
  /** Whether the untouched packets are wanted too. */
  readonly record?: boolean
  /** Whether its sound is wanted, where it has any. */
  readonly sound?: boolean
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  /** `openReadPipes` when left out. */
  readonly openPipes?: OpenPipes
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly env?: NodeJS.ProcessEnv
}

export interface CameraSource {
  readonly id: string
  /** Begins with the latest; one value for each change of state or cause. Completes when the source is closed. */
  readonly status$: Observable<CameraStatus>
  readonly fragments$: Observable<Fragment>
  /** Hot. Silent where no sound was asked for, or the camera has none. */
  readonly sound$: Observable<SoundBlock>
  /** What was asked for and does not come though frames do, or null; begins with the latest. */
  readonly trouble$: Observable<ProductTrouble | null>
  /** When the camera's clock last made a step, on the monotonic clock; -Infinity before the first. */
  steppedMonoMs(): number
  /** How often the decoder complained about broken data so far. */
  damage(): number
  /** Hot. @throws AppError BUG_UNEXPECTED for a stream that was not asked for at the start. */
  frames$(spec: FrameStreamSpec): Observable<Frame>
  start(): void
  /** Ends the connection; resolves when the process is gone. */
  close(): Promise<void>
}
