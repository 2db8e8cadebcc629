import { durationMs } from '../config/schema/behaviour-schema.ts'
import type { Track } from '../core/detection.ts'
import { type BehaviourFacts, behaviourRules } from './behaviour-rules.ts'
import { createCompiler } from './compile-condition.ts'
import type { StepView } from './condition-node.ts'
import { type BehaviourFinding, createRuleFindings } from './rule-findings.ts'
import { type ActionScore, createScoreMemory } from './score-memory.ts'
import { createTrackMemory } from './track-memory.ts'
import { compileSchedule, createWeekClock } from './week-clock.ts'

export interface BehaviourOptions extends BehaviourFacts {
  /** Most tracks that are remembered at once. */
  readonly maxTracks?: number
  /** A track was left out or forgotten early because there were more than `maxTracks`. */
  readonly onDrop?: (reason: 'too_many_tracks') => void
}

export interface BehaviourInput {
  readonly ptsUs: number
  /** Wall clock of the frame, milliseconds since the Unix epoch. */
  readonly timeMs: number
  readonly widthPx: number
  readonly heightPx: number
  /** All tracks of the frame; boxes in its pixels. */
  readonly tracks: readonly Track[]
  /** Scores that came since the step before. */
  readonly actions: readonly ActionScore[]
  /** Anomaly score of the scene, 0–1, when one came. */
  readonly anomaly?: number
}

export interface Behaviours {
  /** Names of the rules that run on this camera. */
  readonly rules: readonly string[]
  /**
   * The next frame; returns what began, changed or ended. A PTS that went back counts as a `reset` before it: what
   * was open ends.
   */
  step(input: BehaviourInput): readonly BehaviourFinding[]
  /** Forgets all tracks and times, as after a reconnect; returns the ends of what was open. */
  reset(): readonly BehaviourFinding[]
}

const defaults = { hold: '2s', clear: '2s', cooldown: '30s', parked: '30m' } as const
const defaultMaxTracks = 256

/**
 * Rules over tracks, compiled for one camera. Pure and deterministic: time comes from the input only, and the same
 * inputs give the same findings. Memory is bounded by `maxTracks` and the rules.
 *
 * A rule runs where the camera has all zones and lines that it names.
 *
 * @throws AppError CONFIG_INVALID naming every rule, zone, line, label or preset that is wrong.
 */
export function createBehaviours(options: BehaviourOptions): Behaviours {
  const { cameraId, maxTracks = defaultMaxTracks } = options
  const { rules, zones, lines } = behaviourRules(options)
  const holds = rules.map((rule) => microseconds(rule.hold, defaults.hold))
  const scores = createScoreMemory(maxTracks)
  const memory = createTrackMemory({
    capacity: maxTracks,
    keepUs: Math.max(0, ...holds),
    onForget(record) {
      scores.forget(record.slot)
      for (const findings of running) findings.forget(record)
      for (const node of compiler.nodes) node.forget(record.slot)
    },
    onDrop: () => options.onDrop?.('too_many_tracks'),
  })
  const compiler = createCompiler({ capacity: maxTracks, memory, scores, zones, lines })
  let found: BehaviourFinding[] = []
  const always = compileSchedule(options)
  const running = rules.map((rule, at) => {
    const own = compileSchedule(rule)
    return createRuleFindings(
      {
        name: rule.name,
        severity: rule.severity ?? 'warning',
        condition: compiler.compile(rule.when, holds[at]!),
        clearUs: microseconds(rule.clear, defaults.clear),
        cooldownUs: microseconds(rule.cooldown, defaults.cooldown),
        parkedUs: microseconds(rule.parked, defaults.parked),
        group: rule.group ?? 'zone',
        armed: (moment) => always(moment) && own(moment),
      },
      { cameraId, capacity: maxTracks, emit: (finding) => found.push(finding) },
    )
  })
  const weekClock = createWeekClock(options.timeZone)
  const view: StepView = {
    ptsUs: Number.NEGATIVE_INFINITY,
    moment: { day: 0, minute: 0 },
    widthPx: 1,
    heightPx: 1,
    anomaly: null,
    memory,
  }
  const take = () => {
    const taken = found
    found = []
    return taken
  }
  const forgetAll = () => {
    for (const findings of running) findings.reset()
    memory.clear()
    scores.clear()
    for (const node of compiler.nodes) node.reset()
    view.ptsUs = Number.NEGATIVE_INFINITY
  }

  return {
    rules: rules.map((rule) => rule.name),
    step(input) {
      if (input.ptsUs < view.ptsUs) forgetAll()
      view.ptsUs = input.ptsUs
      view.moment = weekClock(input.timeMs)
      view.widthPx = input.widthPx
      view.heightPx = input.heightPx
      view.anomaly = input.anomaly ?? null
      memory.update(input.tracks, input.ptsUs)
      scores.update(input.actions, input.ptsUs, (id) => memory.find(id)?.slot)
      for (const node of compiler.nodes) node.step(view)
      for (const findings of running) findings.step(view)
      return take()
    },
    reset() {
      forgetAll()
      return take()
    },
  }
}

function microseconds(text: string | undefined, byDefault: string): number {
  return durationMs(text ?? byDefault) * 1000
}
