import { crc32 } from 'node:zlib'
import { AppError } from '../core/errors.ts'

/** Where a list goes on: behind the item of this rank (a time or a number, the highest first) and id. */
export interface PagePosition {
  readonly rank: number
  readonly id: string
}

/** Opaque to those who read the list. The sum tells one that was damaged, or came from another list. */
export function encodeCursor(list: string, { rank, id }: PagePosition): string {
  const text = `${rank.toString(36)} ${id}`
  return Buffer.concat([sumOf(list, text), Buffer.from(text)]).toString('base64url')
}

/** @throws AppError API_BAD_REQUEST */
export function decodeCursor(list: string, cursor: string): PagePosition {
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.subarray(4).toString()
  const found = /^(-?[0-9a-z]{1,11}) (.*)$/s.exec(text)
  const isWhole = bytes.toString('base64url') === cursor && sumOf(list, text).equals(bytes.subarray(0, 4))
  if (found && isWhole) return { rank: Number.parseInt(found[1]!, 36), id: found[2]! }
  throw new AppError('API_BAD_REQUEST', 'cursor: give the one that came with the page before')
}

function sumOf(list: string, text: string): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(`${list} ${text}`))
  return sum
}
