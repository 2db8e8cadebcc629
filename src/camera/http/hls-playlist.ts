import { AppError } from '../../core/errors.ts'

/** One piece of media of a playlist. */
export interface HlsPiece {
  readonly url: URL
  readonly range: string | null
  /** What comes before it when it differs from the last one: the header of fragmented MP4. */
  readonly header: { readonly url: URL; readonly range: string | null } | null
  readonly number: number
}

export type HlsPlaylist =
  | { readonly kind: 'master'; readonly variant: URL }
  | {
      readonly kind: 'media'
      readonly pieces: readonly HlsPiece[]
      readonly targetMs: number
      readonly ended: boolean
    }

/**
 * Reads a playlist of HTTP Live Streaming (RFC 8216) as far as cameras use it: the first variant, pieces of MPEG-TS or MP4,
 * not encrypted. Addresses are taken relative to the playlist's own.
 *
 * @throws AppError MEDIA_NO_VIDEO for one that is encrypted or has nothing in it.
 */
export function readHlsPlaylist(text: string, from: URL): HlsPlaylist {
  const at = (address: string) => {
    if (!URL.canParse(address, from.href))
      throw new AppError('MEDIA_NO_VIDEO', 'the playlist has an address that is none')
    return new URL(address, from.href)
  }
  const attribute = (line: string, name: string) =>
    new RegExp(`[:,]${name}=(?:"([^"]*)"|([^,]*))`)
      .exec(line)
      ?.slice(1)
      .find((found) => found !== undefined)
  const pieces: HlsPiece[] = []
  let variantFollows = false
  let number = 0
  let targetMs = 6000
  let ended = false
  let header: HlsPiece['header'] = null
  let range: string | null = null
  let rangeEnd = 0

  const rangeOf = (spec: string): string => {
    const [bytes, start] = spec.split('@').map(Number)
    const first = start ?? rangeEnd
    rangeEnd = first + (bytes ?? 0)
    return `bytes=${first}-${rangeEnd - 1}`
  }
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (line.startsWith('#EXT-X-STREAM-INF')) variantFollows = true
    else if (line.startsWith('#EXT-X-TARGETDURATION:'))
      targetMs = Math.max(1, Number(line.slice(22)) || 6) * 1000
    else if (line.startsWith('#EXT-X-MEDIA-SEQUENCE:')) number = Number(line.slice(22)) || 0
    else if (line.startsWith('#EXT-X-ENDLIST')) ended = true
    else if (line.startsWith('#EXT-X-BYTERANGE:')) range = rangeOf(line.slice(17))
    else if (line.startsWith('#EXT-X-KEY:') && attribute(line, 'METHOD') !== 'NONE')
      throw new AppError('MEDIA_NO_VIDEO', 'the stream is encrypted, which is not supported over HLS')
    else if (line.startsWith('#EXT-X-MAP:')) {
      const spec = attribute(line, 'BYTERANGE')
      header = { url: at(attribute(line, 'URI') ?? ''), range: spec === undefined ? null : rangeOf(spec) }
    } else if (line !== '' && !line.startsWith('#')) {
      if (variantFollows) return { kind: 'master', variant: at(line) }
      pieces.push({ url: at(line), range, header, number })
      number += 1
      range = null
    }
  }
  return { kind: 'media', pieces, targetMs, ended }
}
