import type { ActionScore } from '../../../src/behaviour/score-memory.ts'
import type { Scores } from '../../../src/core/clip.ts'
import type { Track } from '../../../src/core/detection.ts'

/** The latest scores of the bodies of a camera. They stand while nobody is looked at because nothing moves. */
export interface StandingScores {
  take(scores: Pick<Scores, 'modelName' | 'trackId' | 'labels' | 'values'>): void
  /** Those of the tracks that are seen; what is known of tracks that are gone is forgotten. */
  of(tracks: readonly Pick<Track, 'id' | 'state'>[]): ActionScore[]
  clear(): void
}

export function createStandingScores(): StandingScores {
  const latest = new Map<string, Map<string, ActionScore[]>>()
  return {
    take({ modelName, trackId, labels, values }) {
      if (trackId === undefined) return
      const byModel = latest.get(trackId) ?? new Map<string, ActionScore[]>()
      latest.set(trackId, byModel)
      byModel.set(
        modelName,
        labels.map((label, column) => ({ trackId, label, score: values[column]! })),
      )
    },
    of(tracks) {
      const states = new Map(tracks.map(({ id, state }) => [id, state]))
      for (const id of latest.keys()) if (!states.has(id)) latest.delete(id)
      return [...latest].flatMap(([id, byModel]) =>
        states.get(id) === 'seen' ? [...byModel.values()].flat() : [],
      )
    },
    clear: () => latest.clear(),
  }
}
