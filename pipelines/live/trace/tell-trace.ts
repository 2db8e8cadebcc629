import { createAlertMachine, type Evidence } from '../../../src/alert/alert-machine.ts'
import type { AlertRule } from '../../../src/alert/alert-rule.ts'
import type { Scores } from '../../../src/core/clip.ts'
import type { CameraTraceEntry, TracedRule } from '../../../src/http/footage/trace-port.ts'
import { createRuleVerdicts } from '../../look/rule-verdicts.ts'
import type { CameraTrace } from './camera-trace.ts'

export interface TellTrace {
  readonly cameraId: string
  readonly trace: Pick<CameraTrace, 'seconds' | 'looks' | 'steps'>
  readonly rules: readonly AlertRule[]
  readonly motionThreshold: number
  readonly armed: (timeMs: number) => boolean
  readonly atMs: number
  readonly spanMs: number
}

/**
 * The chain of a moment: what moved, what the models said, and where each rule stood. The rules are followed anew from
 * what is remembered, so that nothing of them is kept while nobody asks.
 */
export function tellTrace({
  cameraId,
  trace,
  rules,
  motionThreshold,
  armed,
  atMs,
  spanMs,
}: TellTrace): CameraTraceEntry {
  const [fromMs, toMs] = [atMs - spanMs / 2, atMs + spanMs / 2]
  const within = (ms: number) => ms >= fromMs && ms <= toMs
  const seconds = trace.seconds()
  const looks = trace.looks()
  const first = Math.min(
    seconds[0]?.atMs ?? Number.POSITIVE_INFINITY,
    looks[0]?.toMs ?? Number.POSITIVE_INFINITY,
  )
  const verdicts = createRuleVerdicts(rules)
  const own = looks.filter(({ toMs: endMs }) => within(endMs))
  for (const { scores } of own) if (scores) verdicts.scores(scores)
  const steps = trace.steps().filter(({ lastMs }) => within(lastMs))
  for (const { rule, phase } of steps) if (phase === 'new') verdicts.alerted(rule)
  const dropped = own.filter(({ scores }) => scores === null).length
  const isArmed = armed(atMs)
  const told = verdicts.verdicts({ armed: isArmed, drops: dropped > 0 ? String(dropped) : '' })
  return {
    cameraId,
    from: iso(fromMs),
    to: iso(toMs),
    knownSince: Number.isFinite(first) ? iso(first) : null,
    motionThreshold,
    motion: seconds
      .filter((second) => within(second.atMs))
      .map(({ stream, atMs: at, highest, active }) => ({
        stream,
        at: iso(at),
        motion: rounded(highest),
        active,
      })),
    clips: own.map(({ model, trackId, fromMs: from, toMs: to, inferMs, scores }) => ({
      model,
      trackId,
      from: iso(from),
      to: iso(to),
      inferMs: rounded(inferMs),
      scores: scores && labelled(scores),
    })),
    rules: rules.map((rule, index): TracedRule => {
      const { onThreshold, offThreshold, minDurationMs, cooldownMs } = rule
      return {
        ...told[index]!,
        highest: told[index]!.highest === null ? null : rounded(told[index]!.highest),
        onThreshold,
        offThreshold,
        minDurationMs,
        cooldownMs,
        armed: isArmed,
        state: stateOf(
          rule,
          looks.flatMap(({ scores }) => scores ?? []),
          atMs,
          cameraId,
        ),
      }
    }),
    steps: steps.map(({ lastMs, alertId, rule, phase }) => ({ at: iso(lastMs), alertId, rule, phase })),
  }
}

const order = ['idle', 'cooldown', 'pending', 'open'] as const

/** Of all models and tracks that the rule follows, the one that is furthest. */
function stateOf(
  rule: AlertRule,
  all: readonly Scores[],
  atMs: number,
  cameraId: string,
): TracedRule['state'] {
  const own = all.filter(
    ({ modelName, labels, lastArrivalMs }) =>
      lastArrivalMs <= atMs &&
      labels.includes(rule.label) &&
      (rule.modelName === null || rule.modelName === modelName),
  )
  const states = [
    ...Map.groupBy(own, ({ modelName, trackId = '' }) => `${modelName}\n${trackId}`).values(),
  ].map((scores) => {
    const machine = createAlertMachine({ rule, cameraId, modelName: scores[0]!.modelName, configHash: '' })
    for (const look of scores) machine.accept(evidenceOf(look, rule.label))
    const last = scores.at(-1)!
    const sinceMs = atMs - last.lastArrivalMs
    return machine.standing({
      epoch: last.epoch,
      lastPtsUs: last.lastPtsUs + sinceMs * 1000,
      lastArrivalMonoMs: last.lastArrivalMonoMs + sinceMs,
    })
  })
  return states.reduce<TracedRule['state']>(
    (most, state) => (order.indexOf(state) > order.indexOf(most) ? state : most),
    'idle',
  )
}

function evidenceOf(scores: Scores, label: string): Evidence {
  const score = scores.values[scores.labels.indexOf(label)]!
  return { ...scores, score: Number.isNaN(score) ? 0 : Math.min(1, Math.max(0, score)) }
}

const labelled = ({ labels, values }: Scores) =>
  labels.map((label, column) => ({ label, score: rounded(values[column]!) }))
const rounded = (value: number) => Math.round(value * 10_000) / 10_000
const iso = (ms: number) => new Date(ms).toISOString()
