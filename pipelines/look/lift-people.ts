import { spawn as systemSpawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { createPersonTubes } from '../../src/clip/person-tubes.ts'
import type { LearningConfig } from '../../src/config/schema/learning-schema.ts'
import type { ModelContract } from '../../src/core/bundle.ts'
import type { Clip } from '../../src/core/clip.ts'
import { systemClock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { frameStreamKey } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { createInferenceEngine, type InferenceEngine } from '../../src/infer/inference-engine.ts'
import { createTracker } from '../../src/track/tracker.ts'
import type { FootageDecoder } from '../../src/train/data/clip-cache.ts'
import { type DecodePlan, decodeFootage } from '../../src/train/data/decode-footage.ts'
import type { DecoderOptions } from '../../src/train/data/run-decoder.ts'
import { mergeByTime } from '../live/merge-by-time.ts'
import { createDetect } from '../live/people/detect-frames.ts'
import { modelPlan } from '../live/plan/choose-detector.ts'
import { personStream } from '../live/plan/plans.ts'

export interface PeopleLifter extends FootageDecoder {
  close(): Promise<void>
}

const detectorName = 'people'
/** Frames of one person that are kept in memory while a video is read; longer footage is cut off there. */
const mostFrames = 4096

/** Changes with the detector; '' where whole pictures are learned from. */
export async function lifterId({ learning }: { learning: Pick<LearningConfig, 'people'> }): Promise<string> {
  if (learning.people === undefined) return ''
  const { bundle } = await loadBundle(learning.people)
  return `people ${bundle.files.find(({ path }) => path === bundle.graph)?.sha256}`
}

/**
 * Footage cut around its people, as a model with `scope: person` is shown them: the same detector, tracks and windows.
 * Of a video the person counts who is seen longest. Where nobody is found the whole picture is taken.
 *
 * @param dir folder of a detector's bundle.
 * @throws AppError MODEL_*, TRAIN_PLAN when the bundle finds no people.
 */
export async function createPeopleLifter(dir: string): Promise<PeopleLifter> {
  const { bundle } = await loadBundle(dir)
  if (bundle.kind !== 'detector' || !bundle.labels.some(({ name }) => name === 'person'))
    throw new AppError('TRAIN_PLAN', `people: ${dir} is no detector with the label person`)
  let engine: Promise<InferenceEngine> | null = null
  const opened = () => {
    // Not before there is something to decode.
    engine ??= createInferenceEngine({
      models: [{ name: detectorName, path: dir, providers: ['cpu'], intraOpThreads: 1, ...oneByOne }],
      clock: systemClock,
      telemetry: noTelemetry,
    })
    return engine
  }
  return {
    id: await lifterId({ learning: { people: dir } }),
    async decode(plan, out, options) {
      const person = await framesOfPerson(await opened(), plan, options)
      if (person.length === 0) return decodeFootage(plan, out, options)
      await using file = await open(out, 'w')
      for (const frame of person) await file.write(frame)
      return person.length
    },
    close: async () => (await engine)?.close(),
  }
}

/** What comes out depends on the video alone. */
const oneByOne = { workers: 1, maxBatch: 1, deadlineMs: 0 } as const

async function framesOfPerson(
  engine: InferenceEngine,
  { path, startMs, endMs, widthPx, heightPx, sampleFps }: DecodePlan,
  { spawn = systemSpawn, signal }: DecoderOptions,
): Promise<readonly Uint8Array[]> {
  const plan = modelPlan(detectorName, engine)
  const detect = createDetect({ plan, engine: { ...engine, strideScale: () => 1 } })
  const tracker = createTracker({ idPrefix: '', highScore: plan.highScore })
  const model: ModelContract = {
    name: 'person',
    version: '1',
    kind: 'clip',
    labels: [],
    frames: 1,
    strideFrames: 1,
    sampleFps,
    widthPx,
    heightPx,
  }
  const tubes = createPersonTubes({ model, strideScale: () => 1, telemetry: noTelemetry })
  const byTrack = new Map<string, Uint8Array[]>()
  const keep = (clips: readonly Clip[]) => {
    for (const { trackId, frames } of clips) {
      const kept = byTrack.get(trackId!) ?? []
      byTrack.set(trackId!, kept)
      if (kept.length < mostFrames) kept.push(frames[0]!.data)
    }
  }
  const streams = [personStream(sampleFps), plan.spec]
  for await (const { spec, frame } of mergeByTime(streams, {
    video: path,
    cameraId: 'footage',
    startMs: 0,
    spawn,
  })) {
    if (signal?.aborted)
      throw new AppError('TRAIN_STOPPED', `decoding was stopped at ${path}; what is done is kept`)
    if (frame.arrivalMs < startMs) continue
    if (endMs !== null && frame.arrivalMs >= endMs) break
    const gated = { frame, motion: 1, active: true }
    if (frameStreamKey(spec) !== frameStreamKey(plan.spec)) {
      keep(tubes.frame(gated))
      continue
    }
    const detected = await detect(gated)
    if (!detected?.detections) continue
    const { area, moment } = detected
    const { epoch, ptsUs } = moment
    const tracks = tracker.update(detected.detections, ptsUs, area)
    keep(tubes.tracks({ epoch, ptsUs, area, tracks }))
  }
  return [...byTrack.values()].reduce((most, each) => (each.length > most.length ? each : most), [])
}
