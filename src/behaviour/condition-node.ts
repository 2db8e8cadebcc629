import type { TrackMemory, TrackRecord } from './track-memory.ts'
import type { WeekMoment } from './week-clock.ts'

/** What conditions see of one step. */
export interface StepView {
  ptsUs: number
  moment: WeekMoment
  widthPx: number
  heightPx: number
  anomaly: number | null
  readonly memory: TrackMemory
}

/** One measured value that made a condition hold. */
export interface Reason {
  /** Name of the condition in the rule language. */
  readonly condition: string
  readonly text: string
  readonly value: number | string | null
  readonly asked: number | string | null
}

export interface Explained {
  readonly text: string
  readonly reasons: readonly Reason[]
  readonly zone: string | null
  /** Other tracks that took part (the near one, the counted ones). */
  readonly trackIds: readonly string[]
}

/**
 * A compiled condition: its truth for every track (one cell a slot) or for the scene (the cell 0), worked out once
 * a step from the nodes under it. All state is in arrays of a fixed length.
 */
export interface ConditionNode {
  readonly scope: 'track' | 'scene'
  step(view: StepView): void
  holds(slot: number): boolean
  /** PTS at which what holds now began, microseconds. Has a meaning only while it holds. */
  sinceUs(slot: number): number
  forget(slot: number): void
  /** Forgets everything: timestamps from now on cannot be compared with those before. */
  reset(): void
  /** Why it holds, or how far it is from it. */
  explain(slot: number, view: StepView): Explained
}

export interface NodeContext {
  /** Slots of the track memory. */
  readonly capacity: number
  /** A track not seen for longer is not there. */
  readonly holdUs: number
}

export interface NodeSpec {
  readonly scope: 'track' | 'scene'
  /** Called first in every step, for what is the same for all tracks. */
  prepare?(view: StepView): void
  /** Called once a step for every track that is there, or once for the scene with slot 0. */
  test(slot: number, view: StepView): boolean
  /** Begin of what holds now; absent: the step at which it came to hold. */
  since?(slot: number): number
  /** The track is gone, or not there for now: its state is dropped. */
  forget?(slot: number): void
  explain(slot: number, view: StepView): Explained
}

export function createNode(context: NodeContext, spec: NodeSpec): ConditionNode {
  const { scope } = spec
  const truth = new Uint8Array(scope === 'scene' ? 1 : context.capacity)
  const begin = new Float64Array(truth.length)
  const cell = scope === 'scene' ? () => 0 : (slot: number) => slot
  /** Cells that have state; most tracks that are not there lost theirs long ago. */
  const used = new Uint8Array(truth.length)
  const look = (slot: number, view: StepView) => {
    used[slot] = 1
    if (!spec.test(slot, view)) truth[slot] = 0
    else if (truth[slot] === 0) {
      truth[slot] = 1
      begin[slot] = view.ptsUs
    }
  }
  const drop = (slot: number) => {
    if (used[slot] === 0) return
    used[slot] = 0
    truth[slot] = 0
    spec.forget?.(slot)
  }
  return {
    scope,
    step(view) {
      spec.prepare?.(view)
      if (scope === 'scene') look(0, view)
      else
        for (const record of view.memory.records)
          if (isThere(record, view, context)) look(record.slot, view)
          else drop(record.slot)
    },
    holds: scope === 'scene' ? () => truth[0] === 1 : (slot) => truth[slot] === 1,
    sinceUs: (slot) => spec.since?.(cell(slot)) ?? begin[cell(slot)]!,
    forget: (slot) => {
      if (scope === 'track') drop(slot)
    },
    reset() {
      for (let slot = 0; slot < truth.length; slot += 1) drop(slot)
    },
    explain: (slot, view) => spec.explain(cell(slot), view),
  }
}

export function isThere(record: TrackRecord, view: StepView, context: NodeContext): boolean {
  return view.ptsUs - record.seenPtsUs <= context.holdUs
}

export function because(
  condition: string,
  text: string,
  more: {
    value?: number | string | null
    asked?: number | string | null
    zone?: string | null
    trackIds?: readonly string[]
  } = {},
): Explained {
  const { value = null, asked = null, zone = null, trackIds = [] } = more
  return { text, reasons: [{ condition, text, value, asked }], zone, trackIds }
}

/** Several explanations as one. */
export function together(parts: readonly Explained[]): Explained {
  return {
    text: parts.map((part) => part.text).join('; '),
    reasons: parts.flatMap((part) => part.reasons),
    zone: parts.find((part) => part.zone !== null)?.zone ?? null,
    trackIds: [...new Set(parts.flatMap((part) => part.trackIds))],
  }
}

/** A number as people read it: at most two decimals. */
export function shown(value: number): number {
  return Math.round(value * 100) / 100
}

/** Microseconds as seconds with one decimal. */
export function seconds(durationUs: number): number {
  return Math.round(durationUs / 1e5) / 10
}
