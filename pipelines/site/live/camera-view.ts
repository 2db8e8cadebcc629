import type { spawn as nodeSpawn } from 'node:child_process'
import { Subscription } from 'rxjs'
import { behaviourRules } from '../../../src/behaviour/behaviour-rules.ts'
import { createCameraSource } from '../../../src/camera/camera-source.ts'
import { createLiveFeed, type FeedState } from '../../../src/camera/preview/live-feed.ts'
import type { LoopbackCopy } from '../../../src/camera/preview/loopback-copy.ts'
import { createMpeg1Stream } from '../../../src/camera/preview/mpeg1-stream.ts'
import { createPictureStream } from '../../../src/camera/preview/picture-stream.ts'
import type { CameraSource } from '../../../src/camera/source-contract.ts'
import type { CameraConfig } from '../../../src/config/schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { Telemetry } from '../../../src/core/telemetry-port.ts'
import type {
  LiveLooker,
  LivePicture,
  LiveWish,
  PlacesMessage,
  SceneMessage,
} from '../../../src/http/live-port.ts'
import { createPtsOfWallTime } from '../../../src/record/pts-of-wall-time.ts'
import { redactText } from '../../../src/telemetry/redact-text.ts'
import type { AttachedCamera } from '../../live/attach-camera.ts'
import type { CameraPlan } from '../../live/plan/plan-camera.ts'
import { createCameraStills } from './camera-stills.ts'
import { createSceneMessages } from './scene-messages.ts'

export interface CameraViewOptions {
  readonly cameraId: string
  readonly copies: LoopbackCopy
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>
}

/** One camera as it is looked at, however often it is attached anew. */
export interface CameraView {
  attached(plan: CameraPlan, parts: AttachedCamera): void
  /** It ends, for a while or for good. */
  detached(): void
  /** Why there is nothing to see while it is not attached. */
  stop(state: 'paused' | 'removed' | 'offline', reason: string): void
  readonly isAttached: boolean
  look(wish: Pick<LiveWish, 'stream' | 'mode'>, looker: LiveLooker): () => void
  scenes(tell: (message: SceneMessage | PlacesMessage) => void): () => void
  picture(): Promise<LivePicture>
  close(): Promise<void>
}

type TellScene = (message: SceneMessage | PlacesMessage) => void

/** How often somebody who looks is told of the clock. */
const clockMs = 1000

export function createCameraView(options: CameraViewOptions): CameraView {
  const { cameraId, copies, clock, telemetry } = options
  let plan: CameraPlan | null = null
  let parts: AttachedCamera | null = null

  const copyOf = (stream: LiveWish['stream']): CameraSource | null =>
    plan && openCopy(options, plan.camera, stream)
  const views = { sub: streamView('sub'), main: streamView('main') }
  const still = createCameraStills({
    ...options,
    feeds: [views.sub.feed, views.main.feed],
    attached: () => parts,
  })
  const listeners = new Set<TellScene>()
  let watching = new Subscription()

  function streamView(name: LiveWish['stream']) {
    const feed = createLiveFeed({ openCopy: () => copyOf(name), clock })
    return {
      feed,
      pictures: createPictureStream({ feed, spawn: options.spawn, clock }),
      mpeg1: createMpeg1Stream({ feed, copies, clock, log: telemetry.log }),
    }
  }
  /** The only stream of a camera is both. */
  const viewOf = (stream: LiveWish['stream']) =>
    stream === 'main' && plan?.camera.mainUrl !== undefined ? views.main : views.sub

  const watch = () => {
    watching.unsubscribe()
    watching = new Subscription()
    if (listeners.size === 0 || !plan || !parts) return
    const messages = createSceneMessages({ cameraId, tracked: plan.people !== null })
    const tell = (message: SceneMessage | null) => {
      if (message) for (const listener of [...listeners]) listener(message)
    }
    watching.add(parts.scores$.subscribe((scores) => tell(messages.scores(scores))))
    watching.add(parts.moments$.subscribe((moment) => tell(messages.moment(moment))))
  }

  return {
    attached(nextPlan, nextParts) {
      plan = nextPlan
      parts = nextParts
      const { packets } = nextPlan
      views.sub.feed.tap(packets.analysed ? nextParts.source : null)
      views.main.feed.tap(packets.main ? nextParts.main : null)
      for (const listener of [...listeners]) listener(placesOf(cameraId, plan))
      watch()
    },
    detached() {
      plan = null
      parts = null
      watch()
    },
    stop(state, reason) {
      views.sub.feed.stop(state, reason)
      views.main.feed.stop(state, reason)
    },
    get isAttached() {
      return plan !== null
    },
    look(wish, looker) {
      const { feed, pictures, mpeg1 } = viewOf(wish.stream)
      const leaving: (() => void)[] = []
      const sees = wish.mode === 'mse'
      const wall = createPtsOfWallTime()
      let toldMs = Number.NEGATIVE_INFINITY
      leaving.push(
        feed.look({
          state: (state: FeedState) =>
            looker.tell({ type: 'state', ...state, reason: redactText(state.reason) }),
          begin({ data, ...facts }) {
            const sameLine = feed.tapped && feed === views.sub.feed
            looker.tell({ type: 'hello', mode: wish.mode, stream: wish.stream, ...facts, sameLine })
            toldMs = Number.NEGATIVE_INFINITY
            if (sees) looker.show(data, 'init')
          },
          media(fragment) {
            if (!sees) return
            wall.observe(fragment)
            looker.show(fragment.data, fragment.keyframe ? 'opens' : 'goes-on')
            const nowMs = clock.monoMs()
            if (nowMs - toldMs < clockMs) return
            toldMs = nowMs
            const zeroMs = fragment.arrivalMs - wall.at(fragment.arrivalMs)!.ptsUs / 1000
            looker.tell({ type: 'clock', epoch: fragment.epoch, zeroMs, nowMs: clock.nowMs() })
          },
        }),
      )
      if (wish.mode === 'mpeg1')
        leaving.push(mpeg1.look(({ data, opens }) => looker.show(data, opens ? 'opens' : 'goes-on')))
      if (wish.mode === 'mjpeg') leaving.push(pictures.look((jpeg) => looker.show(jpeg, 'opens')))
      return () => {
        for (const leave of leaving) leave()
      }
    },
    scenes(tell) {
      listeners.add(tell)
      if (plan) tell(placesOf(cameraId, plan))
      if (listeners.size === 1) watch()
      return () => {
        if (listeners.delete(tell) && listeners.size === 0) watch()
      }
    },
    async picture() {
      const moving = views.sub.pictures.latest
      const ageMs = moving ? clock.monoMs() - moving.monoMs : Number.POSITIVE_INFINITY
      return moving && ageMs < 1000 ? { jpeg: moving.jpeg, ageMs } : still()
    },
    async close() {
      watching.unsubscribe()
      for (const { feed, pictures, mpeg1 } of Object.values(views)) {
        pictures.close()
        mpeg1.close()
        await feed.close()
      }
    },
  }
}

function placesOf(cameraId: string, plan: CameraPlan): PlacesMessage {
  const { zones, lines } = plan.people ? behaviourRules(plan.people.behaviours) : { zones: [], lines: [] }
  return {
    type: 'places',
    camera: cameraId,
    zones: zones.map(({ name, points }) => ({ name, points })),
    lines: lines.map(({ name, from, to }) => ({ name, from, to })),
  }
}

/** A connection for the packets alone, under a name of its own: its state is no state of the camera. */
function openCopy(
  options: CameraViewOptions,
  camera: CameraConfig,
  stream: LiveWish['stream'],
): CameraSource {
  const url = stream === 'main' ? (camera.mainUrl ?? camera.url) : camera.url
  return createCameraSource({
    ...options,
    camera: { ...camera, id: `${camera.id}.live`, url },
    streams: [],
    record: true,
  })
}
