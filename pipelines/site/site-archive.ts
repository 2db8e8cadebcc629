import { AppError } from '../../src/core/errors.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import { clipEndings } from '../../src/core/recorded-clip.ts'
import { alertData } from '../../src/event/cloud-event.ts'
import type { AlertEntry, ClipEntry, SitePort } from '../../src/http/site-port.ts'
import { type AlertRow, openAlertReader } from '../../src/store/tables/alert-reader.ts'
import { type ClipRow, openClipReader } from '../../src/store/tables/clip-reader.ts'

/** What was seen and recorded, read beside the process that writes it. */
export function createSiteArchive(
  dataDir: string,
): Pick<SitePort, 'alerts' | 'alert' | 'clips' | 'clip'> & { close(): void } {
  const alerts = openAlertReader(dataDir)
  const clips = openClipReader(dataDir)
  return {
    alerts({ camera, since, until, cursor, limit, ...filter }) {
      const { items, next } = alerts.list(
        presentFields({ ...filter, cameraIds: camera, sinceMs: msOf(since), untilMs: msOf(until) }),
        presentFields({ limit, after: cursor }),
      )
      return { alerts: items.map(toAlertEntry), next }
    },
    alert(alertId) {
      const row = alerts.find(alertId)
      if (row) return toAlertEntry(row)
      throw new AppError('API_NOT_FOUND', `there is no alert ${alertId}`)
    },
    clips({ camera, cameras, label, since, removed = false, cursor, limit }) {
      const { items, next } = clips.list(
        presentFields({ cameraId: camera, cameraIds: cameras, label, sinceMs: msOf(since), removed }),
        presentFields({ limit, after: cursor }),
      )
      return { clips: items.map(toClipEntry), next }
    },
    clip(alertId) {
      const row = clips.get(alertId)
      if (!row) throw new AppError('API_NOT_FOUND', `there is no clip of an alert ${alertId}`)
      if (row.removedReason !== null)
        throw new AppError('API_NOT_FOUND', `the clip of ${alertId} was removed (${row.removedReason})`)
      const { path } = row
      return { ...toClipEntry(row), path, thumbnailPath: path.replace(/\.mp4$/, clipEndings.picture) }
    },
    close() {
      alerts.close()
      clips.close()
    },
  }
}

const msOf = (time: string | undefined) => (time === undefined ? time : Date.parse(time))

/** The addresses of files on this machine say nothing to somebody elsewhere, who asks for the clip by its alert. */
function toAlertEntry({ step, reviewed, clip }: AlertRow): AlertEntry {
  const { clipUri: _uri, ...data } = alertData(step)
  if (!clip) return { ...data, alertId: step.alertId, reviewed, clip }
  const { startedMs, ...rest } = clip
  const startedAt = new Date(startedMs).toISOString()
  return { ...data, alertId: step.alertId, reviewed, clip: { ...rest, startedAt } }
}

function toClipEntry({ path: _path, startedMs, ...row }: ClipRow): ClipEntry {
  return { ...row, startedAt: new Date(startedMs).toISOString() }
}
