import { createHash } from 'node:crypto'

/**
 * The id of an alert: the same for the same camera, rule and start, whichever process computes it. The start is
 * wall-clock time, because PTS begin anew with every connection.
 */
export function alertId(parts: {
  cameraId: string
  rule: string
  modelName: string
  startedMs: number
}): string {
  const { cameraId, rule, modelName, startedMs } = parts
  return createHash('sha256')
    .update(JSON.stringify([cameraId, rule, modelName, startedMs]))
    .digest('hex')
    .slice(0, 32)
}
