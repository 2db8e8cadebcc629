import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../core/errors.ts'
import { createShares } from './access/shares.ts'

export interface Media {
  readonly path: string
  readonly type: string
  /** Strong validator: other bytes have another one. */
  readonly etag: string
  /** Name under which a browser saves it; ASCII without quotes. */
  readonly fileName: string
}

/** Most recordings on their way at once: each holds a descriptor until its reader has it all. */
const mostAnswers = 32
// A recording is a file: what leads elsewhere, or waits for somebody to write into it, is none.
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Sends a file, or the one range of it that is asked for (RFC 9110, section 14). Several ranges get the whole file.
 *
 * @throws AppError API_NOT_FOUND when it is gone, API_BUSY
 */
export type SendMedia = (request: FastifyRequest, reply: FastifyReply, media: Media) => Promise<FastifyReply>

/** What sends the files of one server; together they are bounded. */
export function createMediaSender(): SendMedia {
  const busy = 'too many recordings are being sent; try again'
  const shares = createShares({ most: mostAnswers, busy, retryAfterS: 5 })
  return async (request, reply, media) => {
    // Taken before anything is waited for, so that many at once are no more than there may be.
    const giveBack = shares.take(request.identity)
    const file = await open(media.path, readOnly).catch((cause) => {
      giveBack()
      throw new AppError('API_NOT_FOUND', 'the file is not there any more', { cause })
    })
    const end = async (answer: FastifyReply) => {
      await file.close()
      giveBack()
      return answer.send()
    }
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new AppError('API_NOT_FOUND', 'the file is not there any more')
      const { size } = stat
      const etag = `"${media.etag}"`
      reply.headers({
        'content-type': media.type,
        'accept-ranges': 'bytes',
        etag,
        'content-disposition': `inline; filename="${media.fileName}"`,
        // A finished recording never changes, but it can be removed.
        'cache-control': 'private, no-cache',
      })
      if (request.headers['if-none-match'] === etag) return await end(reply.code(304))
      const conditional = request.headers['if-range']
      const range =
        conditional === undefined || conditional === etag ? parseRange(request.headers.range, size) : null
      if (range === 'unsatisfiable')
        return await end(reply.code(416).header('content-range', `bytes */${size}`))
      const { start, end: last } = range ?? { start: 0, end: size - 1 }
      reply.header('content-length', last - start + 1)
      if (range) reply.code(206).header('content-range', `bytes ${start}-${last}/${size}`)
      if (request.method === 'HEAD' || size === 0) return await end(reply)
      // The stream closes the file, also when the reader goes away.
      return reply.send(file.createReadStream({ start, end: last }).once('close', giveBack))
    } catch (thrown) {
      giveBack()
      await file.close().catch(() => {})
      throw thrown
    }
  }
}

export type Range = { readonly start: number; readonly end: number } | 'unsatisfiable' | null

/** The first and last byte of a `Range` header; null where the whole is to be sent. */
export function parseRange(header: string | undefined, size: number): Range {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!found || (found[1] === '' && found[2] === '')) return null
  const [, from = '', to = ''] = found
  if (from === '') {
    const count = Number(to)
    return count === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - count), end: size - 1 }
  }
  const start = Number(from)
  if (to !== '' && Number(to) < start) return null
  if (start >= size) return 'unsatisfiable'
  return { start, end: Math.min(size - 1, to === '' ? size - 1 : Number(to)) }
}
