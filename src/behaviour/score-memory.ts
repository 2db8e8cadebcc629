/** A score of an action: of one track, or of the whole scene when `trackId` is null. */
export interface ActionScore {
  readonly trackId: string | null
  readonly label: string
  /** 0–1. */
  readonly score: number
}

/** The latest scores of one label. NaN where none came since `fromUs`. */
export interface WatchedLabel {
  scene(fromUs: number): number
  track(slot: number, fromUs: number): number
}

export interface ScoreMemory {
  /** From now on scores of this label are kept; all others are not. */
  watch(label: string): WatchedLabel
  /** `slotOf`: slot of a track, or undefined for one that is not known. */
  update(scores: readonly ActionScore[], ptsUs: number, slotOf: (trackId: string) => number | undefined): void
  forget(slot: number): void
  clear(): void
}

/** The latest score of every label that a rule names, for every slot and for the scene. */
export function createScoreMemory(capacity: number): ScoreMemory {
  const labels = new Map<string, { scores: Float64Array; times: Float64Array }>()
  const clear = () => {
    for (const { times } of labels.values()) times.fill(Number.NaN)
  }
  return {
    watch(label) {
      const kept = labels.get(label) ?? {
        scores: new Float64Array(capacity + 1),
        times: new Float64Array(capacity + 1).fill(Number.NaN),
      }
      labels.set(label, kept)
      const read = (cell: number, fromUs: number) =>
        kept.times[cell]! >= fromUs ? kept.scores[cell]! : Number.NaN
      return { scene: (fromUs) => read(capacity, fromUs), track: read }
    },
    update(scores, ptsUs, slotOf) {
      for (const { trackId, label, score } of scores) {
        const kept = labels.get(label)
        const cell = trackId === null ? capacity : slotOf(trackId)
        if (!kept || cell === undefined) continue
        // Several models may score one label in one step: the greatest counts.
        kept.scores[cell] = kept.times[cell] === ptsUs ? Math.max(kept.scores[cell]!, score) : score
        kept.times[cell] = ptsUs
      }
    },
    forget(slot) {
      for (const { times } of labels.values()) times[slot] = Number.NaN
    },
    clear,
  }
}
