import { behaviourRules } from '../../src/behaviour/behaviour-rules.ts'
import type { TrackUpdate } from '../../src/clip/await-tracks.ts'
import { cameraBehaviours, ownBehaviours } from '../../src/config/camera-behaviours.ts'
import type { Line, Zone } from '../../src/config/schema/behaviour-schema.ts'
import type { CameraConfig, Config } from '../../src/config/schema.ts'
import type { Scores } from '../../src/core/clip.ts'
import type { Track } from '../../src/core/detection.ts'
import { AppError } from '../../src/core/errors.ts'
import { type Frame, type FrameStreamSpec, pictureArea } from '../../src/core/frame.ts'
import type { Picture } from '../../src/train/self/png.ts'
import { planCameras } from './plan-cameras.ts'
import { watchCamera } from './watch-camera.ts'

/** What is known of a camera at the moment of a picture. */
export interface Scene {
  /** In pixels of `area`. */
  readonly tracks: readonly Track[]
  /** The picture in whose pixels the tracks are; null: nothing was looked at. */
  readonly area: { readonly widthPx: number; readonly heightPx: number } | null
  readonly zones: readonly Zone[]
  readonly lines: readonly Line[]
  /** The highest scores of each model, with the track where it is about one. */
  readonly scores: readonly SceneScore[]
}

export interface SceneScore {
  readonly model: string
  readonly label: string
  readonly score: number
  readonly trackId: string | null
}

/** The picture is at most so large; what the models see is smaller. */
const largest = { widthPx: 1280, heightPx: 720, fit: 'letterbox' } as const
/** Frames that wait for their tracks. */
const mostFrames = 32
/** Scores of one model that are shown; of one that tells what each person does only the highest. */
const mostScores = 3

/**
 * A picture of a camera, with what its pipeline sees on it.
 *
 * @param seconds how long its models look; null: no model is asked, and the first picture is taken
 * @throws AppError as `watchCamera`, and CAMERA_STALLED
 */
export async function takePicture(
  config: Config,
  camera: CameraConfig,
  seconds: number | null,
): Promise<{ picture: Picture; scene: Scene }> {
  const blind = seconds === null
  const wanted = { ...camera, paused: false, ...(blind && { detector: 'none' }) }
  const cameras = config.cameras.map((one) => (one.id === camera.id ? wanted : one))
  const own = blind ? { ...withoutModels(config), cameras } : { ...config, cameras }
  const plan = (await planCameras(own)).plans.get(camera.id)!
  const spec: FrameStreamSpec = { ...largest, sampleFps: plan.people?.detector.spec.sampleFps ?? 5 }
  const frames: Frame[] = []
  const scores = new Map<string, Scores>()
  const latest: { frame: Frame | null; update: TrackUpdate | null } = { frame: null, update: null }
  const first = new AbortController()
  await watchCamera({
    config: own,
    plan: { ...plan, streams: [...plan.streams, spec], packets: { analysed: false, main: false } },
    seconds: seconds ?? 15,
    signal: first.signal,
    watching: {
      attached({ source }) {
        source.frames$(spec).subscribe((frame) => {
          frames.push(frame)
          if (frames.length > mostFrames) frames.shift()
          if (!latest.update) latest.frame = frame
          if (seconds === null) first.abort()
        })
      },
      scores: (found) => scores.set(`${found.modelName} ${found.trackId ?? ''}`, found),
      tracks(update) {
        const frame = nearest(frames, update)
        // Once somebody was seen, a moment without anybody does not take their place.
        if (frame && (update.tracks.length > 0 || !latest.update?.tracks.length))
          Object.assign(latest, { frame, update })
      },
    },
  })
  const { frame, update } = latest
  if (!frame) throw new AppError('CAMERA_STALLED', `camera ${camera.id}: no picture came`)
  const { zones, lines } = plan.people
    ? behaviourRules(plan.people.behaviours)
    : ownBehaviours(cameraBehaviours(config, camera.id))
  const tracks = update?.tracks ?? []
  const ids = new Set(tracks.map(({ id }) => id))
  const shown = [...scores.values()].filter(({ trackId }) => trackId === undefined || ids.has(trackId))
  const bodily = plan.watchers.filter(({ model }) => model.kind === 'skeleton').map(({ model }) => model.name)
  const mostOf = (modelName: string) => (bodily.includes(modelName) ? 1 : mostScores)
  return {
    picture: cropped(frame),
    scene: {
      tracks,
      area: update?.area ?? null,
      zones,
      lines,
      scores: shown.flatMap((each) => highest(each, mostOf(each.modelName))),
    },
  }
}

/** So that a picture can be had where a model is missing. */
const withoutModels = ({ alerts, behaviours, ...config }: Config): Config => ({
  ...config,
  models: [],
  alerts: { ...alerts, rules: [], fusion: [] },
  behaviours: { ...behaviours, rules: [] },
})

/** The frame of the time of the tracks. */
function nearest(frames: readonly Frame[], { epoch, ptsUs }: TrackUpdate): Frame | null {
  const away = (frame: Frame) => Math.abs(frame.ptsUs - ptsUs)
  const same = frames.filter((frame) => frame.epoch === epoch)
  return same.sort((a, b) => away(a) - away(b))[0] ?? null
}

/** The picture of the camera without the bars that fill the frame. */
function cropped(frame: Frame): Picture {
  const { leftPx, topPx, widthPx, heightPx } = pictureArea(frame, largest.fit)
  const rgb = new Uint8Array(widthPx * heightPx * 3)
  for (let row = 0; row < heightPx; row += 1) {
    const from = ((row + topPx) * frame.widthPx + leftPx) * 3
    rgb.set(frame.data.subarray(from, from + widthPx * 3), row * widthPx * 3)
  }
  return { widthPx, heightPx, rgb }
}

function highest({ modelName: model, labels, values, trackId }: Scores, most: number): SceneScore[] {
  return labels
    .map((label, column) => ({ model, label, score: values[column]!, trackId: trackId ?? null }))
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}
