import { type FileHandle, mkdir, open as nodeOpen } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import { encodeNote, type PartNote, partSuffix } from './clip-part.ts'

export interface ClipWriterOptions {
  /** Where the finished clip will be; what is written goes beside it, with `.part` at the end. */
  readonly path: string
  readonly note: PartNote
  /** Called once, with STORE_CLIP, when the disk refuses or cannot keep up. Nothing more is written then. */
  readonly onError: (error: AppError) => void
  /** Most bytes that may wait for the disk. Default 64 MiB. */
  readonly maxPendingBytes?: number
  readonly open?: typeof nodeOpen
}

export interface ClipWriter {
  /** Takes the init segment or the next fragment; returns at once. Ignored after an error. */
  write(fragment: Fragment): void
  /** Resolves when everything that was taken is on the disk, or after an error. Never rejects. */
  close(): Promise<void>
}

/**
 * Writes a clip in the making as it comes. A fragmented MP4 is readable up to its last whole sample, so that
 * neither a crash nor a full disk costs what came before.
 */
export function createClipWriter(options: ClipWriterOptions): ClipWriter {
  const { path, note, onError, maxPendingBytes = 64 * 1024 * 1024, open = nodeOpen } = options
  const part = path + partSuffix
  let waiting: Uint8Array[] = [encodeNote(note)]
  let pendingBytes = waiting[0]!.length
  let file: FileHandle | null = null
  let failed = false
  let work: Promise<void> | null = null

  const fail = (why: string, cause?: unknown) => {
    if (failed) return
    failed = true
    waiting = []
    onError(
      new AppError(
        'STORE_CLIP',
        `camera ${note.cameraId}: ${part} cannot be written (${why}); what is there is kept`,
        {
          details: { cameraId: note.cameraId, alertId: note.alertId, path: part },
          cause,
        },
      ),
    )
  }

  const pump = async () => {
    try {
      if (!file) {
        await mkdir(dirname(part), { recursive: true })
        // Never over another one: that would be footage that could not be finished yet.
        file = await open(part, 'wx')
      }
      while (waiting.length > 0) {
        const batch = Buffer.concat(waiting)
        waiting = []
        await file.appendFile(batch)
        pendingBytes -= batch.length
      }
    } catch (cause) {
      fail((cause as NodeJS.ErrnoException).code ?? String(cause), cause)
    }
  }
  const kick = () => {
    work ??= pump().finally(() => {
      work = null
      if (waiting.length > 0 && !failed) kick()
    })
  }
  kick()

  return {
    write({ data }) {
      if (failed) return
      pendingBytes += data.length
      if (pendingBytes > maxPendingBytes) return fail('the disk is too slow')
      waiting.push(data)
      kick()
    },
    async close() {
      while (work) await work
      try {
        await file?.datasync()
      } catch (cause) {
        fail((cause as NodeJS.ErrnoException).code ?? String(cause), cause)
      }
      await file?.close().catch(() => {})
      file = null
    },
  }
}
