import { concatMap, connectable, EMPTY, filter, map, merge, Observable, Subject, share, tap } from 'rxjs'
import type { AlertTracker } from '../../src/alert/alert-tracker.ts'
import { fuseScores } from '../../src/alert/fuse-scores.ts'
import { createScoreFusion } from '../../src/alert/score-fusion.ts'
import { trackAlerts } from '../../src/alert/track-alerts.ts'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import { clipWindow } from '../../src/clip/clip-window.ts'
import { soundWindow } from '../../src/clip/sound-window.ts'
import type { CameraConfig } from '../../src/config/schema.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import { type ModelContract, seesPictures } from '../../src/core/bundle.ts'
import type { Scores } from '../../src/core/clip.ts'
import type { Clock } from '../../src/core/clock.ts'
import { type FrameStreamSpec, frameStreamKey, type GatedFrame } from '../../src/core/frame.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../src/infer/inference-engine.ts'
import { type MotionGateSettings, motionGate } from '../../src/motion/motion-gate.ts'
import {
  type People,
  type PeopleMoment,
  peopleRoute,
  poseRoute,
  skeletonClips,
  tubeClips,
} from './people/people.ts'
import type { TrackMoment } from './people/scene-watch.ts'
import type { FusedLabel } from './plan/fused-labels.ts'
import { personStream } from './plan/plans.ts'
import type { ScoringWatch } from './scoring-watch.ts'
import type { CameraTrace } from './trace/camera-trace.ts'

export interface LiveRoute {
  readonly camera: CameraConfig
  readonly source: CameraSource
  readonly engine: InferenceEngine
  /** The models that watch this camera, each with the alerts that its scores can raise. */
  readonly watchers: readonly Watcher[]
  /** Labels of which several of these models together raise alerts. */
  readonly fusions: readonly FusedWatcher[]
  /** Null: nobody is detected or followed here. */
  readonly people: People | null
  /** Makes of a model's answer the scores that rules see, or null where they are withheld. */
  readonly read: (scores: Scores) => Scores | null
  /** Told of frames and answers of the models that look at the whole picture. */
  readonly scoring?: Pick<ScoringWatch, 'frame' | 'scored'>
  /** Told of all scores before alerts are made of them; must not throw. */
  readonly onScores?: (scores: Scores) => void
  /** Told of all tracks of every moment; must not throw. */
  readonly onTracks?: (update: TrackMoment) => void
  /** Told of motion, of clips of the models that watch, and of what they answered; must not throw. */
  readonly trace?: Pick<CameraTrace, 'motion' | 'asked'>
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface Watcher {
  readonly model: ModelContract
  readonly scope: 'scene' | 'person'
  readonly alerts: AlertTracker
}

export interface FusedWatcher extends FusedLabel {
  readonly alerts: AlertTracker
}

/**
 * Camera → motion gate → clips of the picture or of each person → inference → alerts; beside it camera → motion gate →
 * detector → tracks (→ keypoints) → behaviours → alerts, keypoints → windows of bodies → inference → alerts, and
 * camera → windows of its sound → inference → alerts. Labels that several models know are fused before they alert. Completes when the source is closed.
 */
export function liveRoute(route: LiveRoute): Observable<AlertStep> {
  const { camera, source, engine, watchers, fusions, people, read, onScores, onTracks } = route
  const { scoring, trace, clock, telemetry } = route
  const lost$ = source.status$.pipe(filter(({ state }) => state === 'stalled' || state === 'offline'))
  const gated = shareByStream((spec) => {
    const frames$ = source.frames$(spec).pipe(motionGate(gateOf(camera, spec)))
    return trace ? frames$.pipe(tap((frame) => trace.motion(frameStreamKey(spec), frame))) : frames$
  })
  // Nobody misses a moment, whoever subscribes first: it begins when all have.
  const people$ = connectable(
    people ? peopleRoute({ people, frames$: gated(people.plan.spec), lost$, engine, clock }) : EMPTY,
    { connector: () => new Subject<PeopleMoment>(), resetOnDisconnect: true },
  )
  const updates$ = people$.pipe(
    map(({ update }) => update),
    filter((update): update is TrackMoment => update !== null),
  )
  const tracks$ = updates$.pipe(map(({ tracks }) => new Set(tracks.map(({ id }) => id))))

  const heard = watchers.map(({ model, scope, alerts }) => {
    const strideScale = () => engine.strideScale(model.name)
    const parts = { model, strideScale, telemetry }
    // Who lies still is looked at too: that nothing moves says nothing about a body.
    const frames$ = seesPictures(model) ? gated(watchedStream(model, scope)) : EMPTY
    const quiet$ = frames$.pipe(
      filter(({ active }) => !active),
      map(({ frame }) => frame),
    )
    const clips$ =
      model.kind === 'audio'
        ? source.sound$.pipe(soundWindow(parts))
        : model.kind === 'skeleton'
          ? skeletonClips({ ...parts, cameraId: camera.id, updates$ })
          : scope === 'person'
            ? tubeClips({ ...parts, frames$, updates$ })
            : frames$.pipe(
                tap(({ active }) => {
                  const windowMs = (model.frames / model.sampleFps) * 1000 * strideScale()
                  scoring?.frame(model.name, { active, windowMs })
                }),
                clipWindow(parts),
              )
    const scores$ = clips$.pipe(
      // Asked at once, answered in order. Bounded by the engine: it holds two clips of a camera or a track and
      // answers null for one that it had to drop.
      map((clip) => {
        const answered = trace?.asked(clip)
        const answer = engine.infer(clip)
        // Whoever is told does not throw; a failure goes to whoever waits for the answer.
        if (answered) answer.then(answered, () => {})
        return answer
      }),
      concatMap((answer) => answer),
      tap((scores) => {
        if (scores) scoring?.scored(model.name)
      }),
      map((scores) => scores && read(scores)),
      filter((scores): scores is Scores => scores !== null),
      share(),
    )
    return { model, scope, alerts, scores$, quiet$ }
  })
  const scored = heard.map(({ model, scope, alerts, scores$, quiet$ }) =>
    scores$.pipe(
      tap((scores) => {
        // What is kept for review shows pictures alone: nobody could judge a sound by it.
        if (model.kind !== 'audio') onScores?.(scores)
        people?.watch.scores(scores, model.kind === 'skeleton')
      }),
      trackAlerts(alerts, { quiet$, lost$, clock, ...(scope === 'person' && { tracks$ }) }),
    ),
  )
  for (const { fusion, models, alerts } of fusions) {
    const parts = heard.filter(({ model }) => models.includes(model.name))
    const quiet$ = merge(...parts.map((part) => part.quiet$))
    const sources = parts.map(({ scores$ }) => scores$)
    scored.push(fuseScores(sources, { fusion: createScoreFusion(fusion), alerts, quiet$, lost$, clock }))
  }
  if (people?.pose) {
    const { pose: plan, watch } = people
    const parts = { plan, watch, frames$: gated(plan.spec), updates$ }
    scored.push(poseRoute({ ...parts, engine, telemetry }))
  }
  const shownPeople$ = people$.pipe(tap(({ update }) => update && onTracks?.(update)))
  scored.push(shownPeople$.pipe(concatMap(({ steps }) => steps)))
  return new Observable((subscriber) => {
    const subscription = merge(...scored).subscribe(subscriber)
    subscription.add(people$.connect())
    return subscription
  })
}

/** The frames of which a model's clips are made. */
export function watchedStream(model: ModelContract, scope: Watcher['scope']): FrameStreamSpec {
  return scope === 'person' ? personStream(model.sampleFps) : streamSpecOf(model)
}

/** What a model wants to see. Models that want the same share one decoded stream. */
export function streamSpecOf(model: ModelContract): FrameStreamSpec {
  return {
    widthPx: model.widthPx,
    heightPx: model.heightPx,
    sampleFps: model.sampleFps,
    ...(model.fit && { fit: model.fit }),
  }
}

/** The motion gate of a camera for one of its streams. */
export function gateOf(
  { motion, ignore }: Pick<CameraConfig, 'motion' | 'ignore'>,
  { fit }: FrameStreamSpec,
): MotionGateSettings {
  return { ...motion, ...(ignore && { ignore }), ...(fit && { fit }) }
}

function shareByStream(create: (spec: FrameStreamSpec) => Observable<GatedFrame>) {
  const shared = new Map<string, Observable<GatedFrame>>()
  return (spec: FrameStreamSpec) => {
    const key = frameStreamKey(spec)
    const existing = shared.get(key)
    if (existing) return existing
    const stream = create(spec).pipe(share())
    shared.set(key, stream)
    return stream
  }
}
