import { createHash } from 'node:crypto'

/**
 * The id of an alert: the same for the same camera, rule, label, model and first clip, whichever process computes
 * it. The start is wall-clock time, because PTS begin anew with every connection; the PTS tells clips apart that
 * arrived in the same millisecond (a file that is read faster than it plays).
 */
export function alertId(parts: {
  cameraId: string
  rule: string
  label: string
  modelName: string
  startedMs: number
  firstPtsUs: number
}): string {
  const { cameraId, rule, label, modelName, startedMs, firstPtsUs } = parts
  return createHash('sha256')
    .update(JSON.stringify([cameraId, rule, label, modelName, startedMs, firstPtsUs]))
    .digest('hex')
    .slice(0, 32)
}
