import type { AlertEntry, CameraEntry } from '../site-port.ts'

/** What happens in a running Vireo, as those are told who listen; the pipelines implement it. */
export interface EventsPort {
  /** The place of the latest alert or clip: those who begin here are told what comes. */
  position(): number
  /**
   * The alerts that changed after a place, each once as it stands now. Null: it cannot be told from there; ask for the
   * lists anew.
   */
  since(position: number): readonly SiteEvent[] | null
  /** How every camera is now. */
  statuses(): readonly SiteEvent[]
  /** @returns what ends it */
  subscribe(listener: (events: readonly SiteEvent[]) => void): () => void
}

interface Told<Kind extends string, Data> {
  readonly kind: Kind
  /** Whom it is about; null: everybody may know, but for what is of all cameras (learning). */
  readonly cameraId: string | null
  /** From where a client goes on that has seen it; null: it is not kept. */
  readonly position: number | null
  readonly data: Data
}

export type SiteEvent =
  | Told<'alert', AlertEntry>
  | Told<'status', CameraStanding>
  | Told<'review', ReviewChange>
  | Told<'learning', LearningChange>
  | Told<'config', { readonly configHash: string }>
  | Told<'reset', Record<string, never>>

export type CameraStanding = Omit<CameraEntry, 'config'>

/** A clip came into the queue, or somebody said something of it. */
export interface ReviewChange {
  readonly change: 'added' | 'judged' | 'undone'
  /** A judgement of many at once tells the first of them, for each camera. */
  readonly id: string
  readonly count: number
  readonly who: string | null
}

/** A run of learning began, went on or ended, or another version of a model is live. */
export interface LearningChange {
  readonly run: string | null
  readonly model: string | null
  readonly state: 'running' | 'stopped' | 'done' | 'failed' | 'promoted' | 'rolled_back'
  readonly phase: string | null
  /** 0–1 of the phase. */
  readonly done: number | null
  readonly etaS: number | null
}
