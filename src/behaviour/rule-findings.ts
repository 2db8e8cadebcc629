import type { Severity } from '../core/alert.ts'
import type { ConditionNode, Explained, Reason, StepView } from './condition-node.ts'
import { createPlaceMemory } from './place-memory.ts'
import type { TrackRecord } from './track-memory.ts'
import type { WeekMoment } from './week-clock.ts'

/** A behaviour that was found, changed (another track joined) or is over. */
export interface BehaviourFinding {
  /** The same for all findings of one occurrence: camera, rule, first track and PTS of its start. */
  readonly key: string
  readonly cameraId: string
  readonly rule: string
  readonly severity: Severity
  /** The tracks that took part, in the order in which they joined; at most 32. */
  readonly trackIds: readonly string[]
  readonly zone: string | null
  /** False: it is over. */
  readonly active: boolean
  /** PTS at which the condition began to hold, its asked duration included, microseconds. */
  readonly sincePtsUs: number
  /** PTS of the step that this finding is of. */
  readonly ptsUs: number
  /** In words: which condition with which values. */
  readonly explanation: string
  readonly reasons: readonly Reason[]
  /**
   * Why it is over: the condition is false (`cleared`), its tracks are gone (`gone`), the schedule (`disarmed`) or
   * the timestamps began anew (`reset`). Null while active.
   */
  readonly ended: 'cleared' | 'gone' | 'disarmed' | 'reset' | null
}

export interface CompiledRule {
  readonly name: string
  readonly severity: Severity
  readonly condition: ConditionNode
  readonly clearUs: number
  readonly cooldownUs: number
  readonly parkedUs: number
  readonly group: 'zone' | 'track'
  readonly armed: (moment: WeekMoment) => boolean
}

export interface RuleFindings {
  step(view: StepView): void
  forget(record: TrackRecord): void
  reset(): void
}

interface Occurrence {
  readonly key: string
  readonly zone: string | null
  readonly sincePtsUs: number
  readonly trackIds: Set<string>
  /** Slots for which it holds now, or did less than `clearUs` ago. */
  readonly members: Set<number>
  explained: Explained
  changed: boolean
  ended: Exclude<BehaviourFinding['ended'], null>
}

const mostTrackIds = 32

/**
 * From the truth of a rule's condition to findings: hysteresis in time (`clear`), one finding for all tracks in a
 * zone (`group`), rest between two findings of one track (`cooldown`), parked objects found once, schedules.
 */
export function createRuleFindings(
  rule: CompiledRule,
  options: { cameraId: string; capacity: number; emit: (finding: BehaviourFinding) => void },
): RuleFindings {
  const { cameraId, capacity, emit } = options
  const { condition } = rule
  const cells = condition.scope === 'scene' ? 1 : capacity
  const latest = new Float64Array(cells)
  const over = new Float64Array(cells).fill(Number.NEGATIVE_INFINITY)
  const occurrenceOf: (Occurrence | undefined)[] = new Array(cells).fill(undefined)
  const open = new Set<Occurrence>()
  /** When findings ended, by the tracks that took part; the oldest comes first. */
  const overById = new Map<string, number>()
  const places = createPlaceMemory({ most: capacity, keepUs: rule.parkedUs })
  let lastPtsUs = 0

  const tell = (one: Occurrence, ptsUs: number, ended: BehaviourFinding['ended']) => {
    one.changed = false
    emit({
      key: one.key,
      cameraId,
      rule: rule.name,
      severity: rule.severity,
      trackIds: [...one.trackIds],
      zone: one.zone,
      active: ended === null,
      sincePtsUs: one.sincePtsUs,
      ptsUs,
      explanation: one.explained.text,
      reasons: one.explained.reasons,
      ended,
    })
  }
  const join = (one: Occurrence, ids: readonly string[]) => {
    for (const id of ids) {
      if (one.trackIds.has(id) || one.trackIds.size >= mostTrackIds) continue
      one.trackIds.add(id)
      one.changed = true
    }
  }
  const rests = (trackIds: readonly string[], ptsUs: number) =>
    trackIds.some((id) => ptsUs - (overById.get(id) ?? Number.NEGATIVE_INFINITY) < rule.cooldownUs)
  const begin = (slot: number, record: TrackRecord | null, view: StepView): boolean => {
    const explained = condition.explain(slot, view)
    const { zone } = explained
    let one = rule.group === 'zone' ? [...open].find((other) => other.zone === zone) : undefined
    if (!one) {
      // Somebody whom the tracker lost and calls otherwise now is still with the one who took part before.
      if (condition.scope === 'track' && rests(explained.trackIds, view.ptsUs)) return false
      one = {
        key: `${cameraId}/${rule.name}/${record?.id ?? 'scene'}/${view.ptsUs}`,
        zone,
        sincePtsUs: condition.sinceUs(slot),
        trackIds: new Set(),
        members: new Set(),
        explained,
        changed: true,
        ended: 'cleared',
      }
      open.add(one)
    }
    occurrenceOf[slot] = one
    one.members.add(slot)
    const before = one.trackIds.size
    join(one, [...(record ? [record.id] : []), ...explained.trackIds])
    if (one.trackIds.size > before) one.explained = explained
    return true
  }
  const leave = (slot: number, why: Occurrence['ended']) => {
    const one = occurrenceOf[slot]
    if (!one) return
    occurrenceOf[slot] = undefined
    one.members.delete(slot)
    one.ended = why
    over[slot] = latest[slot]!
  }
  const look = (slot: number, record: TrackRecord | null, view: StepView) => {
    const { ptsUs } = view
    const one = occurrenceOf[slot]
    if (condition.holds(slot)) {
      if (one) {
        latest[slot] = ptsUs
        if (record) {
          places.occupy(record, ptsUs)
          if (!one.trackIds.has(record.id)) join(one, [record.id])
        }
      } else if (ptsUs - over[slot]! >= rule.cooldownUs && !(record && places.isParked(record))) {
        latest[slot] = ptsUs
        if (begin(slot, record, view) && record) places.occupy(record, ptsUs)
      }
    } else if (one && ptsUs - latest[slot]! >= rule.clearUs) leave(slot, 'cleared')
  }
  const remember = ({ trackIds }: Occurrence, ptsUs: number) => {
    for (const [id, endedUs] of overById)
      if (ptsUs - endedUs >= rule.cooldownUs || overById.size > capacity) overById.delete(id)
    for (const id of trackIds) {
      overById.delete(id)
      overById.set(id, ptsUs)
    }
  }
  const tellAll = (ptsUs: number) => {
    for (const one of open) {
      if (one.members.size === 0) {
        open.delete(one)
        remember(one, ptsUs)
        tell(one, ptsUs, one.ended)
      } else if (one.changed) tell(one, ptsUs, null)
    }
  }
  const endAll = (ptsUs: number, why: Occurrence['ended']) => {
    for (const one of open) for (const slot of one.members) leave(slot, why)
    tellAll(ptsUs)
  }

  return {
    step(view) {
      lastPtsUs = view.ptsUs
      if (!rule.armed(view.moment)) {
        endAll(view.ptsUs, 'disarmed')
        return
      }
      if (rule.parkedUs > 0) places.step(view)
      if (condition.scope === 'scene') look(0, null, view)
      else for (const record of view.memory.records) look(record.slot, record, view)
      tellAll(view.ptsUs)
    },
    forget({ slot }) {
      if (condition.scope === 'scene') return
      leave(slot, 'gone')
      over[slot] = Number.NEGATIVE_INFINITY
    },
    reset() {
      endAll(lastPtsUs, 'reset')
      over.fill(Number.NEGATIVE_INFINITY)
      overById.clear()
      places.clear()
    },
  }
}
