import type { Scores } from '../../../src/core/clip.ts'
import type { Track } from '../../../src/core/detection.ts'
import type { SceneMessage, SceneScore, SceneTrack } from '../../../src/http/live-port.ts'
import type { TrackMoment } from '../../live/people/scene-watch.ts'

export interface SceneMessages {
  /** What was scored before the next moment. Null: it is told with that. */
  scores(scores: Scores): SceneMessage | null
  /** What there is to see at a moment; null when there is nothing, as before. */
  moment(moment: TrackMoment): SceneMessage | null
}

/** Of one model about one track, and about the whole picture. */
const mostScores = { track: 2, picture: 3 }
/** A label that is less likely is not worth a line on the picture. */
const leastScore = 0.1
/** What a model said is shown for so long after the clip that it was about. */
const shownMs = 4000
const mostKept = 500

/**
 * Makes of tracks and scores what is drawn over a picture: shares of the picture instead of pixels, and with every track what
 * the models said of it last.
 *
 * @param options.tracked whether moments come; where none do, scores are told as they come
 */
export function createSceneMessages(options: { cameraId: string; tracked: boolean }): SceneMessages {
  const { cameraId, tracked } = options
  const latest = new Map<string, Scores>()
  let empty = false

  const shown = (nowMs: number, trackId: string | undefined): SceneScore[] =>
    [...latest.values()]
      .filter((each) => each.trackId === trackId && nowMs - each.lastArrivalMs <= shownMs)
      .flatMap((each) => highest(each, trackId === undefined ? mostScores.picture : mostScores.track))
  const message = (at: { epoch: number; ptsUs: number; atMs: number }, tracks: readonly SceneTrack[]) => ({
    type: 'scene' as const,
    camera: cameraId,
    ...at,
    tracks,
    scores: shown(at.atMs, undefined),
  })

  return {
    scores(scores) {
      const key = `${scores.modelName} ${scores.trackId ?? ''}`
      latest.delete(key)
      latest.set(key, scores)
      if (latest.size > mostKept) latest.delete(latest.keys().next().value!)
      if (tracked) return null
      return message({ epoch: scores.epoch, ptsUs: scores.lastPtsUs, atMs: scores.lastArrivalMs }, [])
    },
    moment({ epoch, ptsUs, arrivalMs, area, tracks }) {
      const at = { epoch, ptsUs, atMs: arrivalMs }
      const found = message(
        at,
        tracks.map((track) => trackOf(track, area, shown(arrivalMs, track.id))),
      )
      const before = empty
      empty = found.tracks.length === 0 && found.scores.length === 0
      return empty && before ? null : found
    },
  }
}

const share = (value: number, of: number) => Math.round((value / of) * 1e4) / 1e4
const percent = (score: number) => Math.round(score * 100) / 100

function trackOf(track: Track, area: TrackMoment['area'], actions: readonly SceneScore[]): SceneTrack {
  const { id, label, score, state, box, pose } = track
  const { widthPx, heightPx } = area
  return {
    id,
    label,
    score: percent(score),
    seen: state === 'seen',
    box: [
      share(box.xPx, widthPx),
      share(box.yPx, heightPx),
      share(box.widthPx, widthPx),
      share(box.heightPx, heightPx),
    ],
    ...(pose && {
      posture: pose.posture.handsUp ? `${pose.posture.body}, hands-up` : pose.posture.body,
      body: pose.keypoints.map(
        ({ xPx, yPx, score: sure }) => [share(xPx, widthPx), share(yPx, heightPx), percent(sure)] as const,
      ),
    }),
    ...(actions.length > 0 && { actions }),
  }
}

function highest({ modelName, labels, values }: Scores, most: number): SceneScore[] {
  return labels
    .map((label, column) => ({ model: modelName, label, score: percent(values[column]!) }))
    .filter(({ score }) => score >= leastScore)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}
