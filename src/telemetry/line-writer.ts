import { constants, fstatSync, openSync, writeSync } from 'node:fs'

export interface LineWriter {
  /** Writes one or more whole lines, or loses them: it never throws and never waits. */
  write(text: string): void
  /** Whether the reader is gone for good (a closed pipe). */
  readonly gone: boolean
}

/** What of a line a full pipe did not take is kept up to this length, so that lines stay whole. */
const mostKept = 1 << 20

/**
 * Lines to standard output or standard error that a full disk, a closed pipe or a reader that does not read can cost,
 * and nothing else: the process goes on. `onLost` is told how many lines were lost.
 */
export function createLineWriter(
  fd: number,
  onLost: (lines: number) => void,
  write: (fd: number, bytes: Buffer) => number = writeSync,
): LineWriter {
  const target = withoutWaiting(fd)
  let rest: Buffer = Buffer.alloc(0)
  let gone = false
  return {
    get gone() {
      return gone
    },
    write(text) {
      if (gone) return onLost(linesIn(Buffer.from(text)))
      let sent = 0
      const all = Buffer.concat([rest, Buffer.from(text)])
      const begun = rest.length > 0
      try {
        while (sent < all.length) sent += write(target, all.subarray(sent))
        rest = Buffer.alloc(0)
      } catch (thrown) {
        const { code } = thrown as NodeJS.ErrnoException
        gone = code === 'EPIPE' || code === 'EBADF'
        // A line that was begun is finished when there is room again; of the others none is begun.
        const end = endOfLine(all, sent, begun)
        rest = gone || end - sent > mostKept ? Buffer.alloc(0) : Buffer.from(all.subarray(sent, end))
        onLost(linesIn(all.subarray(end)) + (gone ? linesIn(all.subarray(sent, end)) : 0))
      }
    },
  }
}

function endOfLine(all: Buffer, sent: number, begun: boolean): number {
  const between = sent === 0 ? !begun : all[sent - 1] === 10
  return between ? sent : all.indexOf(10, sent) + 1 || all.length
}

function linesIn(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1
  return lines
}

/** A pipe opened once more so that a write to a full one fails at once; everything else as it is. */
function withoutWaiting(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return fd
  }
}
