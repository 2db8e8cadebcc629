import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSceneWatch, type Moment } from '../../../../../pipelines/live/people/scene-watch.ts'
import type { Scores } from '../../../../../src/core/clip.ts'
import type { Detection } from '../../../../../src/core/detection.ts'
import { pictureArea } from '../../../../../src/core/frame.ts'
import { noTelemetry } from '../../../../../src/core/telemetry-port.ts'
import { behavioursSchema } from '../../../../support/behaviours-schema.ts'
import { body } from '../../../pose/body.ts'

const area = pictureArea({ widthPx: 320, heightPx: 180, pictureAspect: 16 / 9 })
const fps = 5
const whole = {
  name: 'all',
  points: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
}
const visit = {
  name: 'visit',
  preset: 'intrusion',
  with: { zone: 'all', for: '1s' },
  clear: '400ms',
  hold: '400ms',
}

const person = (xPx: number): Detection => ({
  box: { xPx, yPx: 60, widthPx: 30, heightPx: 80 },
  label: 'person',
  score: 0.8,
})
const moment = (n: number, epoch = 1): Moment => ({
  epoch,
  ptsUs: (n * 1e6) / fps,
  arrivalMs: 1_000_000 + (n * 1000) / fps,
  arrivalMonoMs: (n * 1000) / fps,
})
const create = (rules: readonly unknown[] = [visit], more: object = {}, detector: object = {}) =>
  createSceneWatch({
    behaviours: { ...behavioursSchema.parse({ zones: [whole], rules }), cameraId: 'gate', ...more },
    detector: { name: 'people', version: '1.0.0', highScore: 0.3, ...detector },
    configHash: 'abc',
    idPrefix: '',
    telemetry: noTelemetry,
  })

describe('scene watch', () => {
  it('turns detections into an alert that says who, where, why and by which detector', () => {
    const watch = create()
    const steps = Array.from(
      { length: 12 },
      (_, n) => watch.look(moment(n), area, [person(50 + n * 3)]).steps,
    ).flat()
    expect(steps).toMatchObject([
      {
        phase: 'new',
        rule: 'visit',
        label: 'intrusion',
        zone: 'all',
        trackIds: ['1'],
        detector: 'people',
        modelVersion: '1.0.0',
        severity: 'critical',
        explanation: expect.stringContaining('in zone all for 1.0 s'),
      },
    ])
  })

  it('never says that something lasted for longer than it was watched, whatever the clock of the camera does', () => {
    const shift = fc.record({
      frames: fc.integer({ min: 1, max: 30 }),
      toMs: fc.integer({ min: -1e8, max: 1e8 }),
    })
    fc.assert(
      fc.property(fc.array(shift, { minLength: 1, maxLength: 8 }), (connections) => {
        const watch = create()
        let n = 0
        for (const [at, { frames, toMs }] of connections.entries()) {
          const sinceMs = moment(n).arrivalMs
          for (let frame = 0; frame < frames; frame += 1) {
            const now = moment(n, at + 1)
            const { steps } = watch.look({ ...now, ptsUs: now.ptsUs + toMs * 1000 }, area, [person(50)])
            for (const step of steps) {
              expect(step.lastPtsUs - step.firstPtsUs).toBeLessThanOrEqual(
                (now.arrivalMs - sinceMs + 6000) * 1000,
              )
              expect(step.lastMs - step.startedMs).toBeLessThanOrEqual(6000)
              const [, seconds] = /for ([\d.]+) s/.exec(step.explanation!) ?? []
              if (step.phase === 'new')
                expect(Number(seconds)).toBeLessThanOrEqual((now.arrivalMs - sinceMs) / 1000)
            }
            n += 1
          }
          // Whoever stays for so long in one connection is told of in each.
        }
      }),
    )
  })

  it('takes no scores of a connection for those of another', () => {
    const rule = { name: 'odd', when: { anomaly: { above: 0.5 } }, clear: '200ms', hold: '0ms' }
    const score = (epoch: number): Scores => ({
      cameraId: 'gate',
      epoch,
      modelName: 'm',
      modelVersion: '1',
      labels: ['anomaly'],
      values: Float32Array.of(0.9),
      firstPtsUs: 0,
      lastPtsUs: 1,
      firstArrivalMs: 0,
      lastArrivalMs: 1,
      lastArrivalMonoMs: 1,
    })
    const seen = (scored: number, looked: number) => {
      const watch = create([rule])
      watch.look(moment(0, 1), area, [])
      watch.scores(score(scored))
      return watch.look(moment(1, looked), area, []).steps.length
    }
    expect([seen(1, 1), seen(1, 2), seen(2, 1), seen(2, 2)]).toEqual([1, 0, 0, 1])
  })

  it('leaves everybody where they are while nothing moves and nobody is asked', () => {
    const watch = create()
    for (let n = 0; n < 8; n += 1) watch.look(moment(n), area, [person(50)])
    for (let n = 8; n < 40; n += 1) {
      const { update, steps } = watch.look(moment(n), area, null)
      expect(update.tracks).toMatchObject([{ id: '1', state: 'seen' }])
      expect(steps).toEqual([])
    }
    const left = Array.from({ length: 20 }, (_, n) => watch.look(moment(40 + n), area, []).steps).flat()
    expect(left).toMatchObject([{ phase: 'end' }])
  })

  it('ends what is open when the camera is lost, and takes nothing more of that connection', () => {
    const watch = create()
    for (let n = 0; n < 8; n += 1) watch.look(moment(n), area, [person(50)])
    expect(watch.lost(1, 9)).toMatchObject([{ phase: 'end', endReason: 'camera_lost' }])
    for (let n = 8; n < 20; n += 1) expect(watch.look(moment(n), area, [person(50)]).steps).toEqual([])
    const again = Array.from(
      { length: 8 },
      (_, n) => watch.look(moment(n, 2), area, [person(50)]).steps,
    ).flat()
    expect(again).toMatchObject([{ phase: 'new', epoch: 2 }])
    expect(watch.close(99)).toMatchObject([{ phase: 'end', endReason: 'shutdown' }])
  })

  it('gives rules the scores of the track and of the scene', () => {
    const fight = {
      name: 'fight',
      when: { all: [{ label: 'person' }, { action: { label: 'fight', of: 'track', above: 0.5 } }] },
    }
    const odd = { name: 'odd', when: { anomaly: { above: 0.8 } } }
    const watch = create([fight, odd])
    const scores = (label: string, value: number, trackId?: string): Scores => ({
      cameraId: 'gate',
      epoch: 1,
      modelName: 'm',
      modelVersion: '1.0.0',
      labels: [label],
      values: Float32Array.of(value),
      firstPtsUs: 0,
      lastPtsUs: 0,
      firstArrivalMs: 0,
      lastArrivalMs: 0,
      ...(trackId !== undefined && { trackId }),
      lastArrivalMonoMs: 0,
    })
    watch.look(moment(0), area, [person(50), person(200)])
    watch.look(moment(1), area, [person(50), person(200)])
    watch.scores(scores('fight', 0.9, '2'))
    watch.scores(scores('anomaly', 0.95))
    const { steps } = watch.look(moment(2), area, [person(50), person(200)])
    expect(steps.map(({ rule, trackIds }) => [rule, trackIds])).toEqual([
      ['fight', ['2']],
      ['odd', []],
    ])
  })

  it('knows how people hold themselves from a detector that finds their bodies', () => {
    const down = { name: 'down', when: { posture: 'lying', for: '1s' } }
    const watch = create([down], {}, { leastKeypointScore: 0.3 })
    const lying: Detection = {
      box: { xPx: 100, yPx: 100, widthPx: 120, heightPx: 40 },
      label: 'person',
      score: 0.4,
      keypoints: body({}, { degrees: 90, scale: 70, xPx: 160, yPx: 120 }),
    }
    const steps = Array.from({ length: 12 }, (_, n) => watch.look(moment(n), area, [lying]).steps).flat()
    expect(steps).toMatchObject([
      { phase: 'new', rule: 'down', explanation: expect.stringMatching(/posture lying \(torso 90°/) },
    ])
  })

  it('is silent outside the hours of the camera', () => {
    // 1,000 seconds after the epoch began: a Thursday, 00:16.
    const disarmed = [{ from: '00:00', to: '01:00' }]
    const watch = create([visit], { disarmed })
    const steps = Array.from({ length: 12 }, (_, n) => watch.look(moment(n), area, [person(50)]).steps).flat()
    expect(steps).toEqual([])
  })
})
