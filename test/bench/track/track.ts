import type { Detection } from '../../../src/core/detection.ts'
import { createRandom } from '../../../src/core/random.ts'
import { randomScript } from '../../../src/simulate/random-script.ts'
import type { SceneScript } from '../../../src/simulate/script.ts'
import { createTracker } from '../../../src/track/tracker.ts'
import { measureTracks, type TrackMetrics } from '../../support/track-metrics.ts'
import { type BenchOptions, type BenchReport, bar, type Log, machine, median, rounded } from '../report.ts'
import { crossingScene } from './crossing-scenes.ts'
import { createIouTracker } from './iou-tracker.ts'
import { picture, seenMoments } from './seen-truth.ts'

const fps = 8
const heldOut = 3_000_001
const scenes = { full: 10, smoke: 1 }

/** The tracker against one of overlap alone, on scenes of the simulator; and what it costs. */
export async function run({ log, smoke }: BenchOptions): Promise<BenchReport> {
  const plan = { scenes: smoke ? scenes.smoke : scenes.full, log }
  const crossings = compare('crossing', (seed) => crossingScene(seed), plan)
  const mixed = compare(
    'mixed',
    (seed) => randomScript({ seed, durationS: smoke ? 15 : 60, styleSet: 'holdout', perMinute: 12 }),
    plan,
  )
  const cost = costOfTracks({ tracks: 100, cameras: 32, log })
  const points = (a: number, b: number) => Math.round((a - b) * 1000) / 10
  return {
    bench: 'track',
    machine: machine(),
    figures: {
      crossingMota: rounded(crossings.ours.mota),
      crossingMotaIou: rounded(crossings.plain.mota),
      crossingIdf1: rounded(crossings.ours.idf1),
      crossingIdf1Iou: rounded(crossings.plain.idf1),
      crossingSwitches: crossings.ours.switches,
      crossingSwitchesIou: crossings.plain.switches,
      mixedMota: rounded(mixed.ours.mota),
      mixedMotaIou: rounded(mixed.plain.mota),
      mixedIdf1: rounded(mixed.ours.idf1),
      mixedIdf1Iou: rounded(mixed.plain.idf1),
      updateMs: rounded(cost.updateMs),
      cores: rounded(cost.cores),
    },
    bars: [
      bar(
        'IDF1 in crossings, points above the IoU tracker',
        points(crossings.ours.idf1, crossings.plain.idf1),
        '>=',
        10,
      ),
      bar(
        'MOTA in crossings, points above the IoU tracker',
        points(crossings.ours.mota, crossings.plain.mota),
        '>=',
        0,
      ),
      bar('cores for 100 tracks a camera, 8 fps, 32 cameras', rounded(cost.cores), '<=', 0.2),
    ],
  }
}

/** All frames of all scenes as one sequence; ids are told apart by the scene. */
function compare(
  name: string,
  scriptOf: (seed: number) => SceneScript,
  { scenes, log }: { scenes: number; log: Log },
) {
  const ours: Parameters<typeof measureTracks>[0][number][] = []
  const plain: typeof ours = []
  for (let scene = 0; scene < scenes; scene += 1) {
    const seed = heldOut + scene
    const tracker = createTracker({ idPrefix: `${scene}-` })
    const reference = createIouTracker()
    const named = <T extends { id: string }>(list: readonly T[]) =>
      list.map((one) => ({ ...one, id: `${scene}/${one.id}` }))
    for (const { tS, truth, detections } of seenMoments(
      scriptOf(seed),
      fps,
      createRandom(seed).fork('detector'),
    )) {
      const seen = tracker
        .update(detections, Math.round(tS * 1e6), picture)
        .filter(({ state }) => state === 'seen')
      ours.push({ truth: named(truth), tracks: named(seen) })
      plain.push({ truth: named(truth), tracks: named(reference.update(detections)) })
    }
  }
  const result = { ours: measureTracks(ours), plain: measureTracks(plain) }
  const text = ({ mota, idf1, switches }: TrackMetrics) =>
    `MOTA ${mota.toFixed(3)} IDF1 ${idf1.toFixed(3)} switches ${switches}`
  log(`${name}: ${text(result.ours)}; IoU tracker: ${text(result.plain)}`)
  return result
}

/** The time of updates with so many people who all move; the middle of 200 after a warm-up. */
function costOfTracks({ tracks, cameras, log }: { tracks: number; cameras: number; log: Log }) {
  const random = createRandom(7)
  const people = Array.from({ length: tracks }, () => ({
    x: random.range(0, 1800),
    y: random.range(0, 900),
    vx: random.range(-80, 80),
    vy: random.range(-20, 20),
  }))
  const tracker = createTracker({ idPrefix: '' })
  const times: number[] = []
  let followed = 0
  for (let frame = 0; frame < 300; frame += 1) {
    const detections: Detection[] = people.map((person) => ({
      box: {
        xPx: person.x + random.normal() * 2,
        yPx: person.y + random.normal() * 2,
        widthPx: 40,
        heightPx: 100,
      },
      label: 'person',
      score: random.range(0.55, 0.95),
    }))
    for (const person of people) {
      person.x = (person.x + person.vx / fps + 1800) % 1800
      person.y = (person.y + person.vy / fps + 900) % 900
    }
    const startMs = performance.now()
    followed = tracker.update(detections, frame * (1e6 / fps), { widthPx: 1920, heightPx: 1080 }).length
    if (frame >= 100) times.push(performance.now() - startMs)
  }
  const updateMs = median(times)
  const cores = (updateMs / 1000) * fps * cameras
  log(
    `${followed} tracks: ${updateMs.toFixed(3)} ms an update, ${cores.toFixed(3)} cores for ${cameras} cameras`,
  )
  return { updateMs, cores }
}
