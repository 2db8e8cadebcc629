import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ClipRow } from '../../../src/store/tables/clip-reader.ts'
import { decodeFile } from '../../support/odd-camera/reference-decode.ts'

export interface ReadClip extends Pick<ClipRow, 'alertId' | 'durationMs' | 'preRollMs' | 'endReason'> {
  /** What ffmpeg says while it decodes its first picture; null: nothing. */
  readonly complaint: string | null
  /** As players see it. */
  readonly fileMs: number
  /** From its first to its last picture in the camera's time, read from the numbers in them; null without any. */
  readonly filmedMs: number | null
  readonly pictures: number
}

const runTool = promisify(execFile)

/** Looks into a finished clip. */
export async function readClip(row: ClipRow, fps: number): Promise<ReadClip> {
  const { alertId, durationMs, preRollMs, endReason, path } = row
  const first = ['-v', 'error', '-xerror', '-i', path, '-map', '0:v:0', '-frames:v', '1', '-f', 'null', '-']
  const complaint = await runTool('ffmpeg', first).then(
    ({ stderr }) => stderr.split('\n').find((line) => line !== '') ?? null,
    (error) => String(error),
  )
  const { stdout } = await runTool('ffprobe', [
    ...['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path],
  ]).catch(() => ({ stdout: '' }))
  const numbers = (await decodeFile(path)).filter((number) => number !== null)
  const filmed = numbers.length > 0 ? Math.max(...numbers) - Math.min(...numbers) + 1 : null
  return {
    alertId,
    durationMs,
    preRollMs,
    endReason,
    complaint,
    fileMs: Number(stdout) * 1000,
    filmedMs: filmed === null ? null : (filmed * 1000) / fps,
    pictures: numbers.length,
  }
}
