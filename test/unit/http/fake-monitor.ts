import { AppError } from '../../../src/core/errors.ts'
import type { MonitorPort } from '../../../src/http/monitor-port.ts'

/** A process that does well; remembers what it was asked. */
export function fakeMonitor(asked: unknown[]): MonitorPort {
  const at = '2026-03-14T02:17:06.004Z'
  const known = (sink: string, id: string) => {
    asked.push([sink, id])
    if (sink !== 'kafka') throw new AppError('API_NOT_FOUND', `there is no event ${id}`)
  }
  return {
    health: async () => ({
      at,
      cameras: [{ id: 'gate', framesPerS: 5, restarts: 0, lastMinuteDrops: 2 }],
      drops: [{ stage: 'clip', reason: 'gap', camera: 'gate', lastMinute: 2, total: 9 }],
      latency: [{ stage: 'accepted', p50S: 0.2, p95S: 0.4, count: 12 }],
      models: [
        {
          name: 'm',
          version: '1',
          kind: 'clip',
          ready: true,
          providers: ['cpu'],
          wanted: ['cuda', 'cpu'],
          problems: ['cuda: no device'],
          strideScale: 1,
          queuedClips: 0,
          failedClips: 0,
          meanRunMs: 12,
          clipsPerS: 1,
        },
      ],
      machine: {
        cores: 2,
        busy: 0.5,
        processCores: 0.2,
        rssBytes: 1e8,
        memoryBytes: 4e9,
        memoryFreeBytes: 2e9,
        delayP95Ms: 1,
      },
      disk: {
        totalBytes: 1e12,
        freeBytes: 5e11,
        recordedBytes: 1e11,
        bytesPerDay: 1e10,
        fullInDays: null,
        retentionInDays: 3,
        steadyBytes: 2e11,
      },
    }),
    series: (camera) => {
      asked.push(camera)
      return { everyS: 10, at, values: { frames: [null, 5] } }
    },
    logs(wish) {
      asked.push(wish)
      const line = { at, level: 'warn' as const, message: 'frames stopped', fields: '{}' }
      return {
        lines: [
          { ...line, seq: 7, camera: 'gate' },
          { ...line, seq: 8, camera: null },
        ],
        next: 8,
        lost: false,
      }
    },
    deadLetters(wish) {
      asked.push(wish)
      const letter = {
        sink: 'kafka',
        id: 'e1',
        camera: 'gate',
        type: 'vireo.alert.new.v1',
        reason: 'too large',
        at,
      }
      return { letters: [letter], next: null }
    },
    resend: async (sink, id) => known(sink, id),
    discard: known,
  }
}
