import { type FileHandle, mkdir, open as nodeOpen, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Fragment } from '../../core/frame.ts'
import { encodeNote, footageMode, type PartEnd, type PartNote, partSuffix } from './clip-part.ts'

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
  write(fragment: Pick<Fragment, 'data'>): void
  /**
   * Resolves when everything that was taken, and what the file is to say of itself at its end, is on the disk, or after
   * an error. Never rejects.
   */
  close(last?: LastWords): Promise<void>
}

export interface LastWords {
  readonly note?: PartEnd
  /** Bytes to be put in place of others; `at` counts from the first byte that was taken. */
  readonly patch?: { readonly at: number; readonly bytes: Uint8Array } | null
}

/**
 * Writes a clip in the making as it comes. A fragmented MP4 is readable up to its last whole sample, so that
 * neither a crash nor a full disk costs what came before.
 */
export function createClipWriter(options: ClipWriterOptions): ClipWriter {
  const { path, note, onError, maxPendingBytes = 64 * 1024 * 1024, open = nodeOpen } = options
  const part = path + partSuffix
  const head = encodeNote(note)
  let waiting: Uint8Array[] = [head]
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
        // The folder of all recordings is made at the start. One that is gone was taken away, and is not made again.
        await stat(dirname(dirname(dirname(part))))
        await mkdir(dirname(part), { recursive: true, mode: footageMode.folder })
        // Never over another one: that would be footage that could not be finished yet.
        file = await open(part, 'wx', footageMode.file)
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
    async close({ note: end, patch } = {}) {
      if (end && !failed) {
        waiting.push(encodeNote(end))
        kick()
      }
      while (work) await work
      try {
        if (patch && !failed) await file?.write(patch.bytes, 0, patch.bytes.length, head.length + patch.at)
        await file?.datasync()
      } catch (cause) {
        fail((cause as NodeJS.ErrnoException).code ?? String(cause), cause)
      }
      await file?.close().catch(() => {})
      file = null
    },
  }
}
