import { rename, rm, writeFile } from 'node:fs/promises'
import type { ClipEnding, RecordedClip } from '../../core/recorded-clip.ts'
import type { Log } from '../../core/telemetry-port.ts'
import { footageMode } from './clip-part.ts'

/** Files of one kind that lie beside clips. Retention knows their endings, so that they go with their clips. */
export interface SideFiles {
  /** Begins to write one; what cannot be written is told, and the clip stays without it. */
  write(clip: Pick<RecordedClip, 'cameraId' | 'path'>, text: string): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

/** @param options.trouble what is told when one is not kept */
export function createSideFiles(options: { ending: ClipEnding; trouble: string; log: Log }): SideFiles {
  const { ending, trouble, log } = options
  const writing = new Set<Promise<void>>()
  const write = async (cameraId: string, path: string, text: string) => {
    const part = `${path}.tmp`
    try {
      await writeFile(part, text, { mode: footageMode.file })
      await rename(part, path)
    } catch (thrown) {
      const reason = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
      log.warn({ camera: cameraId, path, reason }, trouble)
      await rm(part, { force: true }).catch(() => {})
    }
  }
  return {
    write({ cameraId, path }, text) {
      const work = write(cameraId, path.replace(/\.mp4$/, ending), text).finally(() => writing.delete(work))
      writing.add(work)
    },
    async close() {
      await Promise.all(writing)
    },
  }
}
