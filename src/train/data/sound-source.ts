/** A stretch of sound with what is heard in it. */
export interface SoundItem {
  /** What reports call it. */
  readonly id: string
  /** Recording, place and day, or speaker: what must never be on both sides of a split. */
  readonly group: string
  readonly label: string
  /** Samples of the stretch. */
  readonly samples: number
}

/** Sounds of which windows are cut. */
export interface SoundSource {
  readonly items: readonly SoundItem[]
  /**
   * Writes samples of an item from `start` on to `out`; `start` may lie before the stretch, and `out` may reach beyond
   * it: then it holds what was recorded there, or silence where nothing was.
   */
  read(item: number, start: number, out: Int16Array): void
}

export interface HeldSound {
  readonly item: SoundItem
  /** The recording around the stretch. */
  readonly recording: Int16Array
  /** Where the stretch begins in it. */
  readonly offset: number
}

/** A source of sounds that are in memory. */
export function heldSounds(sounds: readonly HeldSound[]): SoundSource {
  return {
    items: sounds.map(({ item }) => item),
    read(item, start, out) {
      const { recording, offset } = sounds[item]!
      const from = offset + start
      out.fill(0)
      out.set(
        recording.subarray(Math.max(0, from), Math.max(0, from + out.length)),
        Math.min(out.length, Math.max(0, -from)),
      )
    },
  }
}
