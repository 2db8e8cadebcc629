/** What a camera's scores are usually like, so that a rare one can be told. */
export interface RareScores {
  /**
   * The share of the earlier scores of this label that were as high; null while too few were seen to say. The score
   * counts from then on.
   */
  see(modelName: string, label: string, score: number): number | null
}

const bins = 200
const leastSeen = 2000
/** Beyond so many, what was seen counts half: scenes and models change. */
const mostSeen = 50_000

/** Remembers scores as counts in bins: 200 numbers for each label and model. */
export function createRareScores(): RareScores {
  const known = new Map<string, { counts: Float64Array; total: number }>()
  return {
    see(modelName, label, score) {
      const key = `${modelName}\n${label}`
      let memory = known.get(key)
      if (!memory) {
        memory = { counts: new Float64Array(bins), total: 0 }
        known.set(key, memory)
      }
      const { counts } = memory
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(score * bins)))
      let above = 0
      for (let at = bin; at < bins; at += 1) above += counts[at]!
      const share = memory.total < leastSeen ? null : above / memory.total
      counts[bin]! += 1
      memory.total += 1
      if (memory.total > mostSeen) {
        for (let at = 0; at < bins; at += 1) counts[at]! /= 2
        memory.total /= 2
      }
      return share
    },
  }
}
