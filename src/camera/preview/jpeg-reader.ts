const endOfImage = Buffer.from([0xff, 0xd9])
/** No picture of the size that is asked for is larger. */
const mostBytes = 8 * 1024 * 1024

/**
 * Cuts pictures that ffmpeg writes one after the other. What is between the markers of a JPEG has no end marker in it:
 * inside the coded picture an FF is followed by a zero, and ffmpeg puts no thumbnail into its header.
 */
export function createJpegReader(onPicture: (jpeg: Buffer) => void): { push(chunk: Buffer): void } {
  let held = Buffer.alloc(0)
  return {
    push(chunk) {
      // An end marker may lie across two chunks.
      let from = Math.max(0, held.length - 1)
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
      for (;;) {
        const end = held.indexOf(endOfImage, from)
        if (end < 0) break
        onPicture(held.subarray(0, end + 2))
        held = held.subarray(end + 2)
        from = 0
      }
      if (held.length > mostBytes) held = Buffer.alloc(0)
    },
  }
}
