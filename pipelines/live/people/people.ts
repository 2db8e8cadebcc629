import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  Subject,
  share,
  takeUntil,
  tap,
} from 'rxjs'
import type { TrackUpdate } from '../../../src/clip/await-tracks.ts'
import { createPersonTubes } from '../../../src/clip/person-tubes.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { ModelContract } from '../../../src/core/bundle.ts'
import type { Clip } from '../../../src/core/clip.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { GatedFrame } from '../../../src/core/frame.ts'
import type { Telemetry } from '../../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../../src/infer/inference-engine.ts'
import { createSkeletonCutter, type SkeletonCutterOptions } from '../../../src/skeleton/skeleton-cutter.ts'
import type { DetectorPlan, PosePlan } from '../plan/plans.ts'
import { createDetect, type Detected } from './detect-frames.ts'
import { createFindPoses, type PoseAnswers } from './find-poses.ts'
import type { SceneWatch, TrackMoment } from './scene-watch.ts'

/** People on one camera: what detects them and what watches them. */
export interface People {
  readonly plan: DetectorPlan
  /** Null: no rule asks how they hold themselves. */
  readonly pose: PosePlan | null
  readonly watch: SceneWatch
}

/** What the people of a camera did at one moment: where they are, unless the camera is lost or closed, and their alerts. */
export interface PeopleMoment {
  readonly update: TrackMoment | null
  readonly steps: readonly AlertStep[]
}

/** Frames → detector → tracks → behaviours → alerts; a moment for each frame. Completes with the frames. */
export function peopleRoute(options: {
  people: Pick<People, 'plan' | 'watch'>
  frames$: Observable<GatedFrame>
  lost$: Observable<{ readonly epoch: number }>
  engine: Pick<InferenceEngine, 'bundle' | 'infer' | 'strideScale'>
  clock: Pick<Clock, 'monoMs'>
}): Observable<PeopleMoment> {
  const { people, frames$, lost$, engine, clock } = options
  const { watch, plan } = people
  return defer(() => {
    const detect = createDetect({ plan, engine })
    const closed = new Subject<void>()
    const looked$ = frames$.pipe(
      // Asked at once, answered in order; bounded by the engine, as clips are.
      map((gated) => detect(gated)),
      concatMap((answer) => answer),
      filter((detected): detected is Detected => detected !== null),
      map(({ moment, area, detections }): PeopleMoment => watch.look(moment, area, detections)),
    )
    const last$ = defer(() => of<PeopleMoment>({ update: null, steps: watch.close(clock.monoMs()) }))
    const gone$ = lost$.pipe(
      map(({ epoch }): PeopleMoment => ({ update: null, steps: watch.lost(epoch, clock.monoMs()) })),
      // That the source ends, or fails, is told by its frames.
      catchError(() => EMPTY),
      takeUntil(closed),
    )
    return merge(gone$, concat(looked$, last$).pipe(tap({ complete: () => closed.next() })))
  })
}

/** Frames and tracks → keypoints → the poses that rules see. Emits nothing. */
export function poseRoute(options: {
  plan: PosePlan
  watch: Pick<SceneWatch, 'pose'>
  frames$: Observable<GatedFrame>
  updates$: Observable<TrackUpdate>
  engine: InferenceEngine
  telemetry: Telemetry
}): Observable<never> {
  const { watch, frames$, updates$ } = options
  const poses = createFindPoses(options)
  return merge(
    frames$.pipe(map((gated): PoseAnswers => poses.frame(gated))),
    updates$.pipe(map((update): PoseAnswers => poses.tracks(update))),
  ).pipe(
    // Asked at once, answered in order; bounded by the engine, which holds two crops of a person.
    concatMap((answers) => from(answers)),
    concatMap((answer) => answer),
    tap((reading) => {
      if (reading) watch.pose(reading)
    }),
    ignoreElements(),
  )
}

/** Frames and tracks → clips cut around people. */
export function tubeClips(options: {
  model: ModelContract
  frames$: Observable<GatedFrame>
  updates$: Observable<TrackUpdate>
  strideScale: () => number
  telemetry: Telemetry
}): Observable<Clip> {
  const { frames$, updates$ } = options
  const tubes = createPersonTubes(options)
  return merge(
    frames$.pipe(map((gated) => tubes.frame(gated))),
    updates$.pipe(map((update) => tubes.tracks(update))),
  ).pipe(
    concatMap((clips) => from(clips)),
    share(),
  )
}

/** Tracks with their keypoints → windows of bodies. */
export function skeletonClips(
  options: SkeletonCutterOptions & { updates$: Observable<TrackMoment> },
): Observable<Clip> {
  return defer(() => {
    const cutter = createSkeletonCutter(options)
    return options.updates$.pipe(concatMap((moment) => from(cutter.take(moment))))
  })
}
