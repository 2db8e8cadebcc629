import { cameraSchema } from '../../../src/config/schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { CameraEntry, SitePort } from '../../../src/http/site-port.ts'

export const alertId = 'a'.repeat(32)

/** A site with one camera, one alert and one clip; remembers what it was asked. */
export function fakeSite(clip: { path: string; thumbnailPath: string } = { path: '', thumbnailPath: '' }) {
  const asked: unknown[] = []
  const gate: CameraEntry = {
    id: 'gate',
    paused: false,
    mutedUntil: null,
    status: {
      state: 'live',
      reason: 'frames arrive',
      code: null,
      since: '2026-03-14T02:17:06.004Z',
      epoch: 1,
      attempt: 0,
      picture: 'ok',
    },
    mainStatus: null,
    config: cameraSchema.parse({ id: 'gate', url: 'rtsp://***@192.0.2.1/a' }),
  }
  const change = { attached: [], detached: [], changed: [], retuned: [], restart: [] }
  const none = { added: [], removed: [], changed: [] }
  const clipEntry = {
    alertId,
    cameraId: 'gate',
    label: 'falling',
    rule: 'fall',
    score: 0.8,
    sha256: 'c0ffee',
    bytes: 10,
    startedAt: '2026-03-14T02:17:01.004Z',
    durationMs: 10_000,
    preRollMs: 5000,
    endReason: null,
    reviewed: false,
    removedReason: null,
  }
  const alert = {
    alertId,
    cameraId: 'gate',
    phase: 'end',
    reviewed: false,
    clip: {
      sha256: 'c0ffee',
      durationMs: 1,
      preRollMs: 0,
      startedAt: '2026-03-14T02:17:01.004Z',
      removedReason: null,
    },
  }
  const known = <T>(id: string, value: T): T => {
    if (id === alertId) return value
    throw new AppError('API_NOT_FOUND', `there is no alert ${id}`)
  }
  const site: SitePort = {
    status: () => ({
      node: 'north',
      configHash: '5dece286740b',
      startedAt: '2026-03-14T02:00:00.000Z',
      uptimeS: 10,
      cameras: { connecting: 0, live: 1, stalled: 0, offline: 0, paused: 0 },
      models: [{ name: 'm', version: '1', ready: true }],
      sinks: [{ name: 'kafka', pending: 0, waitingSince: null, problem: null, deadLetters: 0 }],
    }),
    cameras: () => [gate],
    async editCamera(edit) {
      asked.push(edit)
      if (edit.kind === 'add' && edit.camera.url === 'bad')
        throw new AppError('CONFIG_INVALID', 'v.yaml:7:5: cameras[1].url: is not valid', {
          details: { file: 'v.yaml', line: 7, column: 5, field: 'cameras[1].url', inner: 'hidden' },
        })
      return { ...change, camera: edit.kind === 'remove' ? null : gate }
    },
    async previewEdits(wish) {
      asked.push(wish)
      const lines = [{ kind: 'added' as const, text: '  - id: door' }]
      return {
        ...change,
        basedOn: 'a'.repeat(64),
        hunks: [{ beforeLine: 1, afterLine: 1, lines }],
        variables: [],
      }
    },
    async applyEdits(wish) {
      asked.push(wish)
      if (wish.basedOn === 'b'.repeat(64)) throw new AppError('API_CONFLICT', 'the file was changed')
      return { ...change, basedOn: 'c'.repeat(64) }
    },
    async mute(id, minutes) {
      asked.push([id, minutes])
      return gate
    },
    config: () => ({ version: 1 }),
    async diff(text) {
      asked.push(text)
      return { cameras: none, models: none, rules: none, sections: [], restart: [] }
    },
    alerts(query) {
      asked.push(query)
      return { alerts: [alert], next: 'n' }
    },
    alert: (id) => known(id, alert),
    clips(query) {
      asked.push(query)
      return { clips: [clipEntry], next: null }
    },
    clip: (id) => known(id, { ...clipEntry, ...clip }),
  }
  return { site, asked }
}
