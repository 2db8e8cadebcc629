import type { MediaProfile } from './media-profile.ts'

/** A profile whose stream can be had. */
export interface StreamProfile extends MediaProfile {
  readonly streamUrl: string | null
}

/** What one source of a device is best used with. */
export interface ChosenProfiles<T extends StreamProfile> {
  /** To record: the most pixels. */
  readonly main: T
  /** To analyse: the least that the models can use. The same as main when there is no other. */
  readonly sub: T
}

/** The models look at up to 224 pixels of the short side; below that a picture is enlarged instead of reduced. */
const leastShortSidePx = 240

/**
 * For each source with a stream: which profile to record and which to analyse. Streams of whole pictures (mjpeg)
 * are taken only where there is nothing else: they cost many times the traffic and cannot be recorded by copying.
 */
export function chooseProfiles<T extends StreamProfile>(
  profiles: readonly T[],
): readonly ChosenProfiles<T>[] {
  const usable = profiles.filter(({ codec, streamUrl }) => codec !== null && streamUrl !== null)
  const sources = Map.groupBy(usable, ({ source }) => source)
  return [...sources.values()].map((all) => {
    const coded = all.filter(({ codec }) => codec !== 'mjpeg')
    const candidates = coded.length > 0 ? coded : all
    const main = candidates.reduce((best, next) => (isLarger(next, best) ? next : best))
    const enough = candidates.filter((profile) => shortSidePx(profile) >= leastShortSidePx)
    return { main, sub: enough.reduce((best, next) => (isLarger(best, next) ? next : best), main) }
  })
}

function isLarger(a: MediaProfile, b: MediaProfile): boolean {
  return areaPx(a) > areaPx(b) || (areaPx(a) === areaPx(b) && (a.fps ?? 0) > (b.fps ?? 0))
}

const areaPx = ({ widthPx, heightPx }: MediaProfile) => (widthPx ?? 0) * (heightPx ?? 0)
const shortSidePx = ({ widthPx, heightPx }: MediaProfile) => Math.min(widthPx ?? 0, heightPx ?? 0)
