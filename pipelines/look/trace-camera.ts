import { behaviourRules } from '../../src/behaviour/behaviour-rules.ts'
import { compileSchedule, createWeekClock } from '../../src/behaviour/week-clock.ts'
import { loadConfigToRead } from '../../src/config/load-to-read.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { Clip, Scores } from '../../src/core/clip.ts'
import { systemClock } from '../../src/core/clock.ts'
import { frameStreamKey } from '../../src/core/frame.ts'
import { noTelemetry, type Telemetry } from '../../src/core/telemetry-port.ts'
import { createMotionGate } from '../../src/motion/motion-gate.ts'
import { gateOf } from '../live/live.ts'
import { cameraNamed, planCameras } from './plan-cameras.ts'
import { reachable } from './reachable.ts'
import { createRuleVerdicts, type RuleVerdict } from './rule-verdicts.ts'
import { watchCamera } from './watch-camera.ts'

export interface TraceOptions {
  readonly config: string
  readonly camera: string
  /** Shown to the camera's pipeline in place of the camera. */
  readonly video?: string
  /** From the first picture on. */
  readonly seconds: number
  /** Aborted: the summary comes of what was seen until then. */
  readonly signal?: AbortSignal
}

/** One clip on its way: from its last frame to what its model said. */
export interface TracedClip {
  readonly kind: 'clip'
  readonly model: string
  readonly trackId: string | null
  /** In the video's own time, s. */
  readonly fromS: number
  readonly toS: number
  readonly frames: number
  /** From the arrival of its last frame until its model was asked, ms. */
  readonly waitedMs: number
  readonly inferMs: number
  /** By label; null: it was dropped. */
  readonly scores:
    | readonly { readonly label: string; readonly score: number; readonly threshold: number | null }[]
    | null
  /** Why it was dropped. */
  readonly dropped: string | null
}

export interface TracedStep {
  readonly kind: 'step'
  readonly step: AlertStep
}

export interface TraceSummary {
  readonly kind: 'summary'
  readonly camera: string
  readonly streams: readonly {
    readonly stream: string
    readonly frames: number
    readonly open: number
    readonly highestMotion: number
  }[]
  readonly motionThreshold: number
  readonly asked: Readonly<Record<string, number>>
  readonly tracks: readonly {
    readonly id: string
    readonly label: string
    readonly score: number
    readonly seconds: number
  }[]
  readonly drops: Readonly<Record<string, number>>
  readonly rules: readonly RuleVerdict[]
  readonly behaviours: readonly { readonly rule: string; readonly alerts: number; readonly armed: boolean }[]
}

/**
 * Runs the pipeline of one camera for a while and tells of every clip, every alert, and in the end of every rule why it
 * alerted or did not. Nothing is stored or sent.
 */
export async function traceCamera(
  options: TraceOptions,
  tell: (event: TracedClip | TracedStep) => void,
): Promise<TraceSummary> {
  const { seconds } = options
  const read = loadConfigToRead(options.config)
  const found = cameraNamed(read, options.camera, options.config)
  const shown = options.video === undefined ? found : { ...found, url: options.video, loop: false }
  const camera = { ...reachable(shown), paused: false }
  const config = { ...read, cameras: read.cameras.map((one) => (one.id === camera.id ? camera : one)) }
  const plan = (await planCameras(config)).plans.get(camera.id)!
  const { telemetry, drops } = countingDrops()
  const verdicts = createRuleVerdicts(plan.rules)
  const asked: Record<string, number> = {}
  const streams = new Map<string, { frames: number; open: number; highestMotion: number }>()
  const tracks = new Map<string, { label: string; score: number; firstUs: number; lastUs: number }>()
  const alerts = new Map<string, number>()
  const thresholdOf = (label: string, model: string) =>
    plan.rules.find((rule) => rule.label === label && (rule.modelName ?? model) === model)?.onThreshold ??
    null
  const watcherNames = new Set(plan.watchers.map(({ model }) => model.name))

  await watchCamera({
    config,
    seconds,
    telemetry,
    ...(options.signal && { signal: options.signal }),
    plan: { ...plan, packets: { analysed: plan.streams.length === 0, main: false } },
    watching: {
      attached({ source }) {
        for (const spec of plan.streams) {
          const gate = createMotionGate(gateOf(camera, spec))
          const seen = { frames: 0, open: 0, highestMotion: 0 }
          const key = frameStreamKey(spec)
          streams.set(key, seen)
          const models = plan.watchers.filter(({ stream }) => stream && frameStreamKey(stream) === key)
          source.frames$(spec).subscribe((frame) => {
            const { motion, active } = gate(frame)
            seen.frames += 1
            seen.open += active ? 1 : 0
            seen.highestMotion = Math.max(seen.highestMotion, motion)
            if (!active) for (const { model } of models) verdicts.quiet(model.name)
          })
        }
      },
      asked(clip) {
        asked[clip.modelName] = (asked[clip.modelName] ?? 0) + 1
        const [atMs, before] = [systemClock.monoMs(), { ...drops }]
        return (scores) => {
          // Detectors and pose models are asked for every frame: they are counted.
          if (!watcherNames.has(clip.modelName)) return
          if (scores && clip.sound) verdicts.scores(scores)
          const now = systemClock.monoMs()
          const reason = Object.keys(drops).find(
            (key) => key.startsWith('infer ') && drops[key] !== before[key],
          )
          tell({
            ...clipFacts(clip),
            waitedMs: rounded(atMs - clip.lastArrivalMonoMs),
            inferMs: rounded(now - atMs),
            scores: scores && labelled(scores, thresholdOf),
            dropped: scores ? null : (reason?.slice(6) ?? 'unknown'),
          })
        }
      },
      scores: verdicts.scores,
      tracks({ ptsUs, tracks: all }) {
        for (const { id, label, score, state } of all) {
          if (state !== 'seen') continue
          const known = tracks.get(id)
          const first = known?.firstUs ?? ptsUs
          tracks.set(id, { label, score: Math.max(score, known?.score ?? 0), firstUs: first, lastUs: ptsUs })
        }
      },
      step(step) {
        if (step.phase === 'new') {
          verdicts.alerted(step.rule)
          alerts.set(step.rule, (alerts.get(step.rule) ?? 0) + 1)
        }
        tell({ kind: 'step', step })
      },
    },
  })
  const { timeZone } = plan.schedule
  const moment = createWeekClock(timeZone)(systemClock.nowMs())
  const armed = compileSchedule(plan.schedule)(moment)
  const words = Object.entries(drops).map(([key, count]) => `${key} ${count}`)
  return {
    kind: 'summary',
    camera: camera.id,
    streams: [...streams].map(([stream, seen]) => ({ stream, ...seen })),
    motionThreshold: camera.motion.threshold,
    asked,
    tracks: [...tracks].map(([id, { label, score, firstUs, lastUs }]) => ({
      id,
      label,
      score,
      seconds: rounded((lastUs - firstUs) / 1e6),
    })),
    drops,
    rules: verdicts.verdicts({ armed, drops: words.join(', ') }),
    behaviours: (plan.people ? behaviourRules(plan.people.behaviours).rules : []).map((rule) => ({
      rule: rule.name,
      alerts: alerts.get(rule.name) ?? 0,
      armed: armed && compileSchedule(rule)(moment),
    })),
  }
}

function countingDrops(): { telemetry: Telemetry; drops: Record<string, number> } {
  const drops: Record<string, number> = {}
  const telemetry: Telemetry = {
    ...noTelemetry,
    count(metric, { stage, reason }: Record<string, string>, by = 1) {
      if (metric === 'vireo_drops_total')
        drops[`${stage} ${reason}`] = (drops[`${stage} ${reason}`] ?? 0) + by
    },
  }
  return { telemetry, drops }
}

function clipFacts({ modelName, trackId, firstPtsUs, lastPtsUs, frames }: Clip) {
  return {
    kind: 'clip' as const,
    model: modelName,
    trackId: trackId ?? null,
    frames: frames.length,
    fromS: rounded(firstPtsUs / 1e6),
    toS: rounded(lastPtsUs / 1e6),
  }
}

function labelled(
  { modelName, labels, values }: Scores,
  thresholdOf: (label: string, model: string) => number | null,
) {
  return labels.map((label, column) => ({
    label,
    score: rounded(values[column]!),
    threshold: thresholdOf(label, modelName),
  }))
}

const rounded = (value: number) => Math.round(value * 1000) / 1000
