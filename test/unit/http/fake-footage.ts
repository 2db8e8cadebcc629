import type { ExportPort, FootageJob } from '../../../src/http/footage/export-port.ts'
import type { FootagePort } from '../../../src/http/footage/footage-port.ts'

/** Footage of one camera, as small as its shape allows. */
export function fakeFootage(media = { path: '', etag: 'c0ffee' }): FootagePort & ExportPort {
  const [from, to] = ['2026-03-14T02:17:00.000Z', '2026-03-14T02:18:00.000Z']
  const job: FootageJob = {
    id: 'e1',
    kind: 'export',
    cameras: ['gate'],
    from,
    to,
    state: 'done',
    progress: 1,
    problem: { code: 'MEDIA_NO_FOOTAGE', message: 'nothing is recorded of that time' },
    file: { name: 'gate.mp4', bytes: 10 },
    hits: [{ from, to, motion: 0.1 }],
  }
  return {
    startExport: () => job,
    startSearch: () => job,
    job: () => job,
    jobs: () => [job],
    dropJob: () => {},
    jobFile: () => ({ ...media, type: 'video/mp4', fileName: 'gate.mp4' }),
    trace: (cameraId) => ({
      cameraId,
      from,
      to,
      knownSince: from,
      motionThreshold: 0.004,
      motion: [{ stream: '96x96@5', at: from, motion: 0.02, active: true }],
      clips: [
        {
          model: 'actions',
          trackId: null,
          from,
          to,
          inferMs: 12,
          scores: [{ label: 'falling', score: 0.4 }],
        },
        { model: 'actions', trackId: 't1', from, to, inferMs: 0, scores: null },
      ],
      rules: [
        {
          rule: 'fall',
          label: 'falling',
          onThreshold: 0.5,
          offThreshold: 0.3,
          minDurationMs: 0,
          cooldownMs: 0,
          armed: true,
          state: 'idle',
          looks: 1,
          highest: 0.4,
          overMs: null,
          alerts: 0,
          why: 'its highest score was 0.400, asked is 0.5',
        },
      ],
      steps: [{ at: from, alertId: 'a', rule: 'fall', phase: 'new' }],
    }),
    evidence: async () => ({
      scores: {
        onThreshold: 0.5,
        offThreshold: 0.3,
        lines: [{ name: 'actions', points: [{ atMs: 0, score: 0.4 }] }],
      },
      boxes: [{ id: 't1', fromMs: 0, toMs: 100, x: 0.1, y: 0.1, width: 0.2, height: 0.5 }],
    }),
    timeline: async (cameraId) => ({
      cameraId,
      from,
      to,
      footage: [{ from, to }],
      segments: [{ from, durationMs: 60_000 }],
      motion: { stepMs: 10_000, levels: [null, 0.02] },
      alerts: [{ alertId: 'a', label: 'falling', severity: 'info', from, to, hasClip: true }],
    }),
    segment: async () => ({ ...media, startedMs: Date.parse(from), durationMs: 60_000 }),
    picture: async () => Buffer.of(0xff, 0xd8),
  }
}
