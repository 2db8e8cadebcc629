import { createRandom, type Random } from '../../core/random.ts'
import { type Augmentation, drawView, renderView } from './augment.ts'
import type { ClipSource } from './clip-source.ts'
import { createDrawOrder } from './draw-order.ts'
import type { ClipShape } from '../models/video-model.ts'
import { drawOrders } from '../models/visible-places.ts'

/** How labelled clips become batches. Plain data: it goes to the loader's thread. */
export interface BatchRecipe {
  readonly seed: number
  readonly clip: ClipShape
  readonly batch: number
  /** Class of each item of the source; items with a negative one are not drawn. */
  readonly classes: readonly number[]
  /** How many classes there are. */
  readonly labels: number
  readonly balance: 'none' | 'classes'
  readonly augmentation: Augmentation
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing: number
  /** Both parameters of the Beta distribution from which mixing shares come; 0 for no mixing. */
  readonly mixup: number
  /** Probability with which each block of the model is left out, from the first to the last. */
  readonly dropPath: readonly number[]
  /** Places of the model of which an order is drawn for patch dropout; 0 for none. */
  readonly places: number
}

export interface LabelledBatch {
  /** uint8 [N, T, H, W, 3] */
  readonly clips: Uint8Array<ArrayBuffer>
  /** [N, labels]; rows sum to 1. */
  readonly target: Float32Array<ArrayBuffer>
  /** [N, blocks]: 0 where a block is left out, else 1 / (1 - its probability). */
  readonly keep: Float32Array<ArrayBuffer>
  /** [N, places] of drawOrders; empty without patch dropout. */
  readonly order: BigInt64Array<ArrayBuffer>
}

/** The batch of a step (from 0). It depends on source, recipe and step alone. */
export function createBatchMaker(source: ClipSource, recipe: BatchRecipe): (step: number) => LabelledBatch {
  const { seed, clip, batch, labels } = recipe
  const drawn = recipe.classes.flatMap((label, item) => (label < 0 ? [] : [item]))
  const order = createDrawOrder({
    seed,
    classes: drawn.map((item) => recipe.classes[item]!),
    balance: recipe.balance,
  })
  const clipBytes = clip.frames * clip.heightPx * clip.widthPx * 3
  const fastest = Math.ceil(clip.frames * (1 + recipe.augmentation.speed)) + 1
  const read = new Uint8Array(fastest * source.heightPx * source.widthPx * 3)

  return (step) => {
    const made: LabelledBatch = {
      clips: new Uint8Array(batch * clipBytes),
      target: new Float32Array(batch * labels),
      keep: new Float32Array(batch * recipe.dropPath.length),
      order: drawOrders(batch, recipe.places, createRandom(seed).fork(`places ${step}`)),
    }
    for (let n = 0; n < batch; n += 1) {
      const draw = step * batch + n
      const random = createRandom(seed).fork(`draw ${draw}`)
      const item = drawn[order.itemOf(draw)]!
      cutClip({ source, item, clip, read }, recipe.augmentation, {
        random,
        out: made.clips.subarray(n * clipBytes, (n + 1) * clipBytes),
      })
      const target = made.target.subarray(n * labels, (n + 1) * labels)
      target.fill(recipe.labelSmoothing / labels)
      target[recipe.classes[item]!]! += 1 - recipe.labelSmoothing
      recipe.dropPath.forEach((chance, index) => {
        made.keep[n * recipe.dropPath.length + index] = random.chance(chance) ? 0 : 1 / (1 - chance)
      })
    }
    if (recipe.mixup > 0) {
      const random = createRandom(seed).fork(`mix ${step}`)
      mixUp(made, { batch, share: betaDraw(random, recipe.mixup) })
    }
    return made
  }
}

/** A clip from a random place of an item, seen in a random way. */
function cutClip(
  from: { source: ClipSource; item: number; clip: ClipShape; read: Uint8Array },
  augmentation: Augmentation,
  { random, out }: { random: Random; out: Uint8Array },
): void {
  const { source, item, clip, read } = from
  const view = drawView(random, augmentation, source)
  const { frameCount } = source.items[item]!
  const span = Math.min(Math.floor((clip.frames - 1) * view.speed) + 1, Math.max(clip.frames, frameCount))
  const start = Math.floor(random.next() * Math.max(1, frameCount - span + 1))
  source.read(item, start, span, read)
  const frameBytes = source.widthPx * source.heightPx * 3
  const step = clip.frames === 1 ? 0 : (span - 1) / (clip.frames - 1)
  const outBytes = clip.heightPx * clip.widthPx * 3
  for (let frame = 0; frame < clip.frames; frame += 1) {
    const at = Math.round(frame * step) * frameBytes
    renderView({ frames: read.subarray(at, at + frameBytes), from: source }, view, {
      out: out.subarray(frame * outBytes, (frame + 1) * outBytes),
      to: clip,
      count: 1,
    })
  }
}

/**
 * Each clip becomes a mixture with the one at the mirrored place of the batch, pixels and target alike
 * (Zhang et al. 2018, equation 1).
 */
export function mixUp(made: LabelledBatch, { batch, share }: { batch: number; share: number }): void {
  const mix = (values: Uint8Array | Float32Array) => {
    const size = values.length / batch
    for (let n = 0; n < Math.ceil(batch / 2); n += 1) {
      const [a, b] = [n * size, (batch - 1 - n) * size]
      for (let index = 0; index < size; index += 1) {
        const [one, two] = [values[a + index]!, values[b + index]!]
        // uint8 takes whole numbers: half is added so that they are rounded.
        const half = values instanceof Uint8Array ? 0.5 : 0
        values[a + index] = share * one + (1 - share) * two + half
        values[b + index] = share * two + (1 - share) * one + half
      }
    }
  }
  mix(made.clips)
  mix(made.target)
}

/** From Beta(a, a), for a up to about 2 (Jöhnk 1964). */
export function betaDraw(random: Random, a: number): number {
  for (;;) {
    const x = random.next() ** (1 / a)
    const y = random.next() ** (1 / a)
    if (x + y > 0 && x + y <= 1) return x / (x + y)
  }
}
