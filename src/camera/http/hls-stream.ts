import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import { type HlsPiece, readHlsPlaylist } from './hls-playlist.ts'
import { openHttp, sameDevice } from './open-http.ts'

const mostPlaylistBytes = 1024 * 1024
/** How many pieces from the end of a live playlist to begin with. */
const liveStart = 3
const mostVariants = 3

/**
 * The media of a stream over HLS, one piece after the other, as one stream of bytes. Everything is fetched from the camera
 * itself: a playlist that points elsewhere ends it.
 */
export function hlsStream(playlist: URL, signal: AbortSignal): Readable {
  return Readable.from(pieces(playlist, signal), { objectMode: false })
}

async function* pieces(from: URL, signal: AbortSignal): AsyncGenerator<Buffer> {
  let playlist = from
  let next: number | null = null
  let header = ''
  for (let masters = 0; ; ) {
    const found = readHlsPlaylist(await textOf(playlist, signal), playlist)
    if (found.kind === 'master') {
      masters += 1
      if (masters > mostVariants)
        throw new AppError('MEDIA_NO_VIDEO', 'the playlist only names other playlists')
      playlist = own(from, found.variant)
      continue
    }
    const first: HlsPiece | undefined = found.ended ? found.pieces[0] : found.pieces.slice(-liveStart)[0]
    next ??= first?.number ?? null
    const fresh = found.pieces.filter(({ number }) => next === null || number >= next)
    for (const piece of fresh) {
      const before = piece.header && `${piece.header.url} ${piece.header.range}`
      if (before !== null && before !== header)
        yield* bytesOf(own(from, piece.header!.url), piece.header!.range, signal)
      header = before ?? ''
      yield* bytesOf(own(from, piece.url), piece.range, signal)
      next = piece.number + 1
    }
    if (found.ended) return
    await sleep(found.targetMs / (fresh.length > 0 ? 1 : 2), undefined, { signal })
  }
}

function own(from: URL, to: URL): URL {
  if (!sameDevice(from, to))
    throw new AppError('CAMERA_REFUSED', "the camera's playlist points to another host or port")
  to.username = from.username
  to.password = from.password
  return to
}

async function textOf(url: URL, signal: AbortSignal): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of await openHttp(url, { signal })) {
    bytes += (part as Buffer).length
    if (bytes > mostPlaylistBytes) throw new AppError('MEDIA_NO_VIDEO', 'the playlist is too long')
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString()
}

async function* bytesOf(url: URL, range: string | null, signal: AbortSignal): AsyncGenerator<Buffer> {
  const answer: IncomingMessage = await openHttp(url, { signal, ...(range !== null && { range }) })
  for await (const part of answer) yield part as Buffer
}
