import type { Random } from '../../core/random.ts'

/** How clips are varied, so that a model does not learn them by heart. */
export interface Augmentation {
  /** Smallest part of the picture's sides that a random crop keeps; 1 for no crop. */
  readonly crop: number
  /** Whether half of the clips are mirrored. Not where left and right mean something. */
  readonly flip: boolean
  /** Largest change of brightness, contrast and each colour, as a share; 0 for none. */
  readonly colour: number
  /** Largest change of speed, as a share; 0 for none. */
  readonly speed: number
}

export interface PictureSize {
  readonly widthPx: number
  readonly heightPx: number
}

/** One way to look at a clip: the same for all its frames. */
export interface View {
  /** The part of the picture that is seen. */
  readonly leftPx: number
  readonly topPx: number
  readonly widthPx: number
  readonly heightPx: number
  readonly mirrored: boolean
  /** New values of red, green and blue; null where they stay. */
  readonly colours: readonly [Uint8Array, Uint8Array, Uint8Array] | null
  /** Source frames that pass in one frame of the clip. */
  readonly speed: number
}

/** The whole picture as it is. */
export function plainView(size: PictureSize): View {
  return { leftPx: 0, topPx: 0, ...size, mirrored: false, colours: null, speed: 1 }
}

/** A random view. Every draw is made whatever the settings, so that one setting does not change another's numbers. */
export function drawView(random: Random, settings: Augmentation, size: PictureSize): View {
  const side = random.range(settings.crop, 1)
  const [widthPx, heightPx] = [size.widthPx * side, size.heightPx * side]
  const leftPx = random.next() * (size.widthPx - widthPx)
  const topPx = random.next() * (size.heightPx - heightPx)
  const mirrored = random.chance(0.5) && settings.flip
  const around = (share: number) => 1 + random.range(-share, share)
  const [contrast, brightness] = [around(settings.colour), around(settings.colour)]
  const gains = [around(settings.colour / 2), around(settings.colour / 2), around(settings.colour / 2)]
  const speed = around(settings.speed)
  const tables = gains.map((gain) => colourTable(contrast, brightness * gain)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const colours = settings.colour === 0 ? null : tables
  return { leftPx, topPx, widthPx, heightPx, mirrored, colours, speed }
}

function colourTable(contrast: number, gain: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => {
    const changed = ((value - 128) * contrast + 128) * gain
    return Math.max(0, Math.min(255, Math.round(changed)))
  })
}

/** Where an output row or column lies between two of the source, in 1/256. */
interface Axis {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly share: Int32Array
}

function axis(from: { start: number; length: number; size: number }, out: number, mirrored: boolean): Axis {
  const [low, high, share] = [new Int32Array(out), new Int32Array(out), new Int32Array(out)]
  for (let index = 0; index < out; index += 1) {
    const at = from.start + ((index + 0.5) * from.length) / out - 0.5
    const clamped = Math.max(0, Math.min(from.size - 1, at))
    const place = mirrored ? out - 1 - index : index
    low[place] = Math.floor(clamped)
    high[place] = Math.min(from.size - 1, low[place]! + 1)
    share[place] = Math.round((clamped - low[place]!) * 256)
  }
  return { low, high, share }
}

/**
 * Frames as a view sees them, in another size (bilinear).
 * frames uint8 [T, H, W, 3] of size `from` → out uint8 [T, h, w, 3] of size `to`.
 */
export function renderView(
  { frames, from }: { frames: Uint8Array; from: PictureSize },
  view: View,
  { out, to, count }: { out: Uint8Array; to: PictureSize; count: number },
): void {
  const whole = view.widthPx === from.widthPx && view.heightPx === from.heightPx
  const same = whole && from.widthPx === to.widthPx && from.heightPx === to.heightPx
  if (same && !view.mirrored && !view.colours) {
    out.set(frames.subarray(0, count * from.widthPx * from.heightPx * 3))
    return
  }
  const across = axis(
    { start: view.leftPx, length: view.widthPx, size: from.widthPx },
    to.widthPx,
    view.mirrored,
  )
  const down = axis({ start: view.topPx, length: view.heightPx, size: from.heightPx }, to.heightPx, false)
  const frameBytes = from.widthPx * from.heightPx * 3
  let at = 0
  for (let frame = 0; frame < count; frame += 1)
    for (let y = 0; y < to.heightPx; y += 1) {
      const fy = down.share[y]!
      const top = frame * frameBytes + down.low[y]! * from.widthPx * 3
      const bottom = frame * frameBytes + down.high[y]! * from.widthPx * 3
      for (let x = 0; x < to.widthPx; x += 1) {
        const fx = across.share[x]!
        const [left, right] = [across.low[x]! * 3, across.high[x]! * 3]
        for (let channel = 0; channel < 3; channel += 1) {
          const upper = frames[top + left + channel]! * (256 - fx) + frames[top + right + channel]! * fx
          const lower = frames[bottom + left + channel]! * (256 - fx) + frames[bottom + right + channel]! * fx
          out[at] = (upper * (256 - fy) + lower * fy + 32_768) >> 16
          at += 1
        }
      }
    }
  if (view.colours) recolour(out.subarray(0, at), view.colours)
}

function recolour(
  pixels: Uint8Array,
  [red, green, blue]: readonly [Uint8Array, Uint8Array, Uint8Array],
): void {
  for (let at = 0; at < pixels.length; at += 3) {
    pixels[at] = red[pixels[at]!]!
    pixels[at + 1] = green[pixels[at + 1]!]!
    pixels[at + 2] = blue[pixels[at + 2]!]!
  }
}
