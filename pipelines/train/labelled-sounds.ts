import { AppError } from '../../src/core/errors.ts'
import { soundRateHz } from '../../src/core/sound.ts'
import { soundKinds } from '../../src/simulate/sound-kinds.ts'
import { renderSound } from '../../src/simulate/sound-scene.ts'
import { decodeSound } from '../../src/train/data/decode-sound.ts'
import { type LabelledVideo, readLabelledSet } from '../../src/train/data/labelled-set.ts'
import { type HeldSound, heldSounds, type SoundSource } from '../../src/train/data/sound-source.ts'
import { type SplitSide, splitByGroup, splitSides } from '../../src/train/evaluate/split-by-group.ts'

/** Labelled sounds, shared out so that no group is on two sides. */
export interface LabelledSounds {
  /** Changes with every file, range, label and group. */
  readonly id: string
  readonly labels: readonly string[]
  readonly sides: Readonly<Record<SplitSide, SoundSource>>
}

const shares = { train: 0.7, validation: 0.15, test: 0.15 }
const samplesAt = (ms: number) => Math.round((ms * soundRateHz) / 1000)

/**
 * Sounds of CSV files and folders (as labelled footage is listed; also of videos, whose sound is taken). They are held in
 * memory: an hour takes 115 MB. @throws AppError TRAIN_DATA, TRAIN_SPLIT, and what decodeSound throws
 */
export async function readLabelledSounds(options: {
  sources: readonly string[]
  seed: number
  signal?: AbortSignal
  onDecoded?: (done: number, total: number) => void
}): Promise<LabelledSounds> {
  const { sources, seed, signal, onDecoded } = options
  const { id, labels, items } = await readLabelledSet(sources, [], 'sound')
  const paths = [...new Set(items.map(({ path }) => path))]
  const recordings = new Map<string, Int16Array>()
  for (const path of paths) {
    recordings.set(path, await decodeSound(path, { ...(signal && { signal }) }))
    onDecoded?.(recordings.size, paths.length)
  }
  const { split } = splitByGroup({ items, shares, seed })
  const held = (side: readonly LabelledVideo[]) =>
    heldSounds(side.map((item) => heldStretch(item, recordings.get(item.path)!)))
  return {
    id,
    labels,
    sides: { train: held(split.train), validation: held(split.validation), test: held(split.test) },
  }
}

function heldStretch(
  { id, group, label, startMs = 0, endMs }: LabelledVideo,
  recording: Int16Array,
): HeldSound {
  const offset = samplesAt(startMs)
  const end = Math.min(recording.length, endMs === undefined ? recording.length : samplesAt(endMs))
  if (end <= offset)
    throw new AppError(
      'TRAIN_DATA',
      `${id}: there is no sound from ${startMs} ms on; the recording is ${Math.round((recording.length * 1000) / soundRateHz)} ms long`,
    )
  return { item: { id, group, label, samples: end - offset }, recording, offset }
}

/** Seeds of each side, far from each other: what is tested on was never trained on. */
const seeds: Record<SplitSide, number> = { train: 1, validation: 10_000_001, test: 20_000_001 }
const sceneSeconds = 2.5

/** Simulated sounds, `perKind` of each to train on and a quarter as many on the other sides. */
export function simulatedSounds({ perKind, seed }: { perKind: number; seed: number }): LabelledSounds {
  const side = (name: SplitSide) => {
    const count = name === 'train' ? perKind : Math.max(1, Math.ceil(perKind / 4))
    return heldSounds(
      soundKinds.flatMap((kind, at) =>
        Array.from({ length: count }, (_, n): HeldSound => {
          const sceneSeed = seeds[name] + seed * 100_000 + at * 10_000 + n
          const { samples, startMs, endMs } = renderSound({ kind, seconds: sceneSeconds, seed: sceneSeed })
          const id = `${name}/${kind}-${sceneSeed}`
          const offset = samplesAt(startMs)
          return {
            item: { id, group: id, label: kind, samples: samplesAt(endMs) - offset },
            recording: samples,
            offset,
          }
        }),
      ),
    )
  }
  const sides = Object.fromEntries(splitSides.map((name) => [name, side(name)])) as Record<
    SplitSide,
    SoundSource
  >
  return { id: `simulated-sounds-${seed}-${perKind}`, labels: soundKinds, sides }
}
