/** Largest picture that is believed. */
const mostBytes = 16 * 1024 * 1024
/** Longest head of a part. */
const mostHeadBytes = 16 * 1024
const begin = Buffer.from([0xff, 0xd8, 0xff])
const end = Buffer.from([0xff, 0xd9])

/**
 * Cuts `multipart/x-mixed-replace`, or JPEG pictures one after the other, into pictures: by the length that a part states,
 * or by what follows the picture's end. Never throws: what is no picture is passed over.
 */
export function createPictureCutter(onPicture: (picture: Buffer) => void): { push(chunk: Buffer): void } {
  let held: Buffer<ArrayBufferLike> = Buffer.alloc(0)
  /** Up to where no end of the picture at hand was found. */
  let looked = 0

  const take = (from: number, to: number) => {
    onPicture(Buffer.from(held.subarray(from, to)))
    held = held.subarray(to)
    looked = 0
  }

  /** One picture, or false when more bytes are needed. */
  const cut = (): boolean => {
    const from = held.indexOf(begin)
    if (from < 0) {
      held = held.subarray(Math.max(0, held.length - mostHeadBytes))
      return false
    }
    const stated = /content-length:\s*(\d{1,9})/i.exec(
      held.toString('latin1', Math.max(0, from - mostHeadBytes), from),
    )
    const bytes = stated ? Number(stated[1]) : 0
    if (bytes > 0 && bytes <= mostBytes) {
      if (held.length < from + bytes) return false
      if (held.subarray(from, from + bytes).lastIndexOf(end) === bytes - end.length) {
        take(from, from + bytes)
        return true
      }
    }
    for (let at = Math.max(from, looked); ; ) {
      at = held.indexOf(end, at)
      // An end inside of a picture (a preview within it) is followed by other bytes.
      if (at < 0 || at + 8 > held.length) {
        looked = at < 0 ? Math.max(from, held.length - 1) : at
        if (held.length - from > mostBytes) held = held.subarray(from + begin.length)
        return false
      }
      at += end.length
      if (/^[\r\n]{0,4}(--|\xff\xd8)/.test(held.toString('latin1', at, at + 6))) {
        take(from, at)
        return true
      }
    }
  }

  return {
    push(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      while (cut());
    },
  }
}

/** Width and height of a JPEG picture (ISO/IEC 10918-1, frame header); null when it has none. */
export function jpegSize(picture: Buffer): { readonly widthPx: number; readonly heightPx: number } | null {
  for (let at = 2; at + 9 <= picture.length && picture[at] === 0xff; ) {
    const marker = picture[at + 1]!
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (frame) return { heightPx: picture.readUInt16BE(at + 5), widthPx: picture.readUInt16BE(at + 7) }
    at += 2 + picture.readUInt16BE(at + 2)
  }
  return null
}
