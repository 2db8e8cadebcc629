import type { EventsPort } from './events/events-port.ts'
import type { ExportPort } from './footage/export-port.ts'
import type { FootagePort } from './footage/footage-port.ts'
import type { HealthPort, MetricsPort } from './health-port.ts'
import type { LearningPort } from './learning-port.ts'
import type { LivePort } from './live-port.ts'
import type { MonitorPort } from './monitor-port.ts'
import type { ReviewPort } from './review-port.ts'
import type { SetupPort } from './setup-port.ts'
import type { SitePort } from './site-port.ts'

/** The parts of a running Vireo that a server shows and changes. */
export interface ServedPorts {
  readonly health: HealthPort
  readonly metrics: MetricsPort
  /** What the REST API shows and changes; absent: there is none. */
  readonly site?: SitePort
  /** What people say of clips; absent: nothing of it is served. */
  readonly reviews?: ReviewPort
  /** Search for cameras, looks at them, presets of rules; with `site` only. */
  readonly setup?: SetupPort
  /** How it is doing; absent: nothing of it is served. */
  readonly monitor?: MonitorPort
  /** What happens, for pages that listen; absent: nobody is told. */
  readonly events?: EventsPort
  /** The cameras as they are seen now; absent: nobody can look. */
  readonly live?: LivePort
  /** Runs of learning and versions of models; absent: nothing of it is served. */
  readonly learning?: LearningPort
  /** Recordings by camera and time; absent: nothing of them is served. */
  readonly footage?: FootagePort & ExportPort
}
