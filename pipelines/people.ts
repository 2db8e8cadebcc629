import {
  concatMap,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  Observable,
  type Subject,
  share,
  tap,
} from 'rxjs'
import type { TrackUpdate } from '../src/clip/await-tracks.ts'
import { createPersonTubes } from '../src/clip/person-tubes.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { ModelContract } from '../src/core/bundle.ts'
import type { Clip } from '../src/core/clip.ts'
import type { Clock } from '../src/core/clock.ts'
import type { GatedFrame } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { createDetect, type Detected } from './detect-frames.ts'
import { createFindPoses, type PoseAnswers } from './find-poses.ts'
import type { DetectorPlan, PosePlan } from './plans.ts'
import type { SceneWatch } from './scene-watch.ts'

/** People on one camera: what detects them and what watches them. */
export interface People {
  readonly plan: DetectorPlan
  /** Null: no rule asks how they hold themselves. */
  readonly pose: PosePlan | null
  readonly watch: SceneWatch
}

/** Frames → detector → tracks → behaviours → alerts. Every moment's tracks also go to `updates`, which it completes. */
export function peopleRoute(options: {
  people: People
  frames$: Observable<GatedFrame>
  lost$: Observable<{ readonly epoch: number }>
  updates: Subject<TrackUpdate>
  engine: InferenceEngine
  clock: Clock
}): Observable<AlertStep> {
  const { people, frames$, lost$, updates, engine, clock } = options
  const { watch, plan } = people
  return new Observable((subscriber) => {
    const emit = (steps: readonly AlertStep[]) => {
      for (const step of steps) subscriber.next(step)
    }
    const detect = createDetect({ plan, engine })
    subscriber.add(
      lost$.subscribe({ next: ({ epoch }) => emit(watch.lost(epoch, clock.monoMs())), error: () => {} }),
    )
    subscriber.add(
      frames$
        .pipe(
          // Asked at once, answered in order; bounded by the engine, as clips are.
          map((gated) => detect(gated)),
          concatMap((answer) => answer),
          filter((detected): detected is Detected => detected !== null),
          map(({ moment, area, detections }) => watch.look(moment, area, detections)),
        )
        .subscribe({
          next({ update, steps }) {
            updates.next(update)
            emit(steps)
          },
          error: (thrown) => subscriber.error(thrown),
          complete() {
            updates.complete()
            emit(watch.close(clock.monoMs()))
            subscriber.complete()
          },
        }),
    )
  })
}

/** Frames and tracks → keypoints → the poses that rules see. Emits nothing; to be subscribed before the tracks come. */
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
