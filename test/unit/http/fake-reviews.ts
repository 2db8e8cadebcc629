import { AppError } from '../../../src/core/errors.ts'
import type {
  DatasetVersion,
  ReviewCounters,
  ReviewDetail,
  ReviewEntry,
  ReviewPort,
} from '../../../src/http/review-port.ts'

export const sampleId = 'b'.repeat(32)

/** A queue with one clip and a dataset with one version; remembers what it was asked. */
export function fakeReviews(clip: { path: string; thumbnailPath: string }, asked: unknown[]): ReviewPort {
  const fact = { seq: 1, verdict: 'skip', labels: [], startMs: null, endMs: null, undoes: null } as const
  const said = { ...fact, who: 'ann', at: '2026-03-14T02:20:00.000Z' }
  const entry: ReviewEntry = {
    id: sampleId,
    reason: 'uncertain',
    state: 'waiting',
    cameraId: 'gate',
    durationMs: 10_000,
    saidFromMs: 5000,
    saidToMs: 6500,
    startedAt: '2026-03-14T02:17:01.004Z',
    label: 'falling',
    score: 0.55,
    modelVersion: '3',
    explanation: 'near its threshold',
    removedReason: null,
    current: said,
  }
  const detail: ReviewDetail = {
    ...entry,
    sha256: 'c0ffee',
    scores: [{ label: 'falling', score: 0.55 }],
    rule: null,
    bytes: 10,
    preRollMs: 5000,
    endReason: null,
    facts: [said],
    media: '/m',
    thumbnail: '/t',
  }
  const none = { train: 0, validation: 0, test: 0 }
  const version: DatasetVersion = {
    name: 'site',
    version: 1,
    parent: null,
    createdAt: said.at,
    seed: 1,
    contentSha256: 'd',
    shares: { train: 0.7, validation: 0.15, test: 0.15 },
    counts: { clips: 1, groups: 1, labels: [{ label: 'falling', clips: { ...none, train: 1 } }], none },
    clips: [
      {
        id: sampleId,
        camera: 'gate',
        recordedAt: said.at,
        startMs: 0,
        endMs: 1000,
        group: 'gate/day',
        side: 'train',
        labels: ['falling'],
        notLabels: [],
        reason: 'uncertain',
        who: 'ann',
        sha256: 'c0ffee',
      },
    ],
  }
  const known = <T>(id: string, value: T): T => {
    if (id === sampleId) return value
    throw new AppError('API_NOT_FOUND', `there is no clip ${id}`)
  }
  const asking = <T>(question: unknown, value: T): T => {
    asked.push(question)
    return value
  }
  const count = { waiting: 3, confirmed: 1, rejected: 0, relabelled: 1, clips: 2 }
  const counters: ReviewCounters = {
    waiting: {
      clips: 3,
      reasons: [{ reason: 'uncertain', clips: 3 }],
      cameras: [{ cameraId: 'gate', clips: 3 }],
      labels: [{ label: null, clips: 3 }],
    },
    judged: { clips: 2, unsure: 0, none: 0 },
    learnable: { clips: 2, groups: 1, groupsNeeded: 2 },
    labels: [{ label: 'falling', ...count, groups: 1, clipsNeeded: 3, groupsNeeded: 1 }],
    people: [{ who: 'ann', clips: 2 }],
    curve: [
      {
        version: '1.0.0',
        at: said.at,
        clips: 24,
        accuracy: 0.9,
        macroF1: 0.9,
        judgedBy: 24,
        state: 'live',
      },
    ],
    worst: [
      {
        id: sampleId,
        inQueue: true,
        group: 'gate/day',
        truth: 'falling',
        said: 'walking',
        confidence: 0.9,
      },
    ],
  }
  return {
    camerasOf: (ids) => (ids.includes(sampleId) ? ['gate'] : []),
    camerasOfBulk: () => ['gate'],
    counters: async (seen) => ({
      ...counters,
      waiting: {
        ...counters.waiting,
        cameras: counters.waiting.cameras.filter(({ cameraId }) => seen === null || seen.includes(cameraId)),
      },
    }),
    labels: async () => [{ label: 'falling', clips: 2, known: true }],
    judgeMany: (ids, judgement) =>
      asking([ids, judgement], { id: 'c'.repeat(32), judged: ids, refused: [{ id: 'x', message: 'gone' }] }),
    undoMany: (id, who) => asking({ undo: id, who }, { undone: [sampleId], kept: ['x'] }),
    reviewItems: (query) => asking(query, { items: [entry], next: null }),
    reviewItem: (id) => known(id, detail),
    reviewMedia: (id) => known(id, { ...clip, sha256: 'c0ffee', cameraId: 'gate', startedAt: said.at }),
    judge: (id, judgement) => asking(judgement, known(id, detail)),
    undo: (id, who) => asking({ undo: who }, known(id, detail)),
    datasets: () => [{ name: 'site', versions: [1] }],
    buildDataset: async (wish) => asking(wish, version),
    dataset: async (reference) => asking(reference, version),
    datasetSummary: async (reference) => {
      const { clips: _clips, ...rest } = version
      const balance = { groups: none, reasons: [{ reason: 'uncertain', clips: 1 }], leaks: [] }
      return asking(reference, { ...rest, ...balance })
    },
    datasetDiff: async (before, after) =>
      asking([before, after], {
        added: version.clips,
        removed: [],
        changed: [{ id: sampleId, field: 'labels', before: 'none', after: 'falling' }],
      }),
  }
}
