import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export interface PipeEvents {
  /** `chunk` is only good until this returns: the next read writes over it. */
  onChunk(chunk: Uint8Array): void
  onError(error: Error): void
  /** Called once, when no more bytes will come. */
  onClose(): void
}

/** A pipe that a child process writes and this one reads. */
export interface ReadPipe {
  /** What the child gets as this descriptor: an entry of spawn's `stdio`. */
  readonly childEnd: 'pipe' | Socket
  /** To be called once, right after the child was started with `childEnd` as descriptor `fd`. */
  read(child: ChildProcess, fd: number, events: PipeEvents): void
  /** Lets go of a pipe whose child was never started. */
  discard(): void
}

/** Makes pipes; calls `opened` once with all of them. */
export type OpenPipes = (count: number, opened: (pipes: readonly ReadPipe[]) => void) => void

/**
 * Pipes that all read into one buffer. A pipe that spawn itself makes gets 64 KiB of new memory for each read, however
 * little comes: with a few dozen cameras that is gigabytes a minute, a garbage collection each second, and memory that
 * falls to pieces. Node lets only sockets that it connects itself read into a buffer of ours (`onread`), so each pipe is
 * such a socket and its counterpart, which the child gets. They meet in a folder that no other user can enter; where there
 * is no room for one, the pipes are spawn's own, because cameras must come back on a full disk too.
 */
export const openReadPipes: OpenPipes = (count, opened) => {
  void connectPairs(count)
    .catch(() => spawnedPipes(count))
    .then(opened)
}

function spawnedPipes(count: number): ReadPipe[] {
  return Array.from({ length: count }, () => ({
    childEnd: 'pipe',
    read(child, fd, { onChunk, onError, onClose }) {
      // Without a free file descriptor there are no pipes; the child's error event follows.
      const pipe = child.stdio?.[fd] as Readable | null | undefined
      if (!pipe) return onClose()
      pipe.on('data', onChunk).on('error', onError).on('close', onClose)
    },
    discard() {},
  }))
}

/** Read into by every pipe: what arrives is used up before the loop turns to the next. */
const shared = Buffer.allocUnsafeSlow(256 * 1024)

async function connectPairs(count: number): Promise<ReadPipe[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vireo-pipes-'))
  const server = createServer({ pauseOnConnect: true })
  const pairs: ReadPipe[] = []
  try {
    const path = process.platform === 'win32' ? `\\\\.\\pipe\\${folder}` : join(folder, 'pipe')
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    for (let n = 0; n < count; n += 1) pairs.push(await connectPair(server, path))
    return pairs
  } catch (error) {
    for (const pair of pairs) pair.discard()
    throw error
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function connectPair(server: Server, path: string): Promise<ReadPipe> {
  let events: PipeEvents | null = null
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const socket = connect({
    path,
    onread: {
      buffer: shared,
      callback(length) {
        events?.onChunk(shared.subarray(0, length))
        return true
      },
    },
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.on('error', reject)
  })
  const childEnd = await accepted
  childEnd.on('error', () => {})
  return {
    childEnd,
    read(_child, _fd, given) {
      events = given
      socket.on('error', given.onError)
      socket.on('close', given.onClose)
      // Only the child holds it now: when that ends, so does what is read.
      childEnd.destroy()
    },
    discard() {
      childEnd.destroy()
      socket.destroy()
    },
  }
}
