import { describe, expect, it } from 'vitest'
import { createBehaviourAlerts, type Finding } from '../../../src/alert/behaviour-alerts.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'

const finding = (changes: Partial<Finding> = {}): Finding => ({
  key: 'gate/dwell/7/5000000',
  rule: 'dwell',
  severity: 'critical',
  trackIds: ['7'],
  zone: 'door',
  active: true,
  sincePtsUs: 3_000_000,
  ptsUs: 5_000_000,
  explanation: 'in zone door for 2.0 s, asked for 2 s',
  reasons: [{ condition: 'inZone', text: 'in zone door', value: 'door', asked: 'door' }],
  ended: null,
  ...changes,
})
const moment = (seconds: number) => ({
  epoch: 1,
  ptsUs: seconds * 1e6,
  arrivalMs: 1_000_000 + seconds * 1000,
  arrivalMonoMs: seconds * 1000,
})
const create = () =>
  createBehaviourAlerts({
    cameraId: 'gate',
    configHash: 'abc',
    detector: { name: 'motion', version: '1' },
    labelOf: () => 'loitering',
    telemetry: noTelemetry,
  })

describe('alerts of behaviours', () => {
  it('live from new over update to end, and say where, who, why and by which detector', () => {
    const alerts = create()
    const [first] = alerts.accept([finding()], moment(5), () => 0.7)
    expect(first).toMatchObject({
      phase: 'new',
      seq: 0,
      label: 'loitering',
      severity: 'critical',
      zone: 'door',
      trackIds: ['7'],
      score: 0.7,
      detector: 'motion',
      modelName: 'motion',
      explanation: 'in zone door for 2.0 s, asked for 2 s',
      firstPtsUs: 3_000_000,
      lastPtsUs: 5_000_000,
      startedMs: 1_003_000,
      endReason: null,
    })
    const [second] = alerts.accept([finding({ trackIds: ['7', '9'] })], moment(6), (id) =>
      id === '9' ? 0.9 : 0.2,
    )
    expect(second).toMatchObject({ alertId: first!.alertId, phase: 'update', seq: 1, score: 0.9 })
    const [third] = alerts.accept([finding({ active: false, ended: 'gone', ptsUs: 9e6 })], moment(9), () => 0)
    expect(third).toMatchObject({ phase: 'end', seq: 2, score: 0.9, lastPtsUs: 9_000_000, endReason: 'gone' })
  })

  it('begin at a whole millisecond, also at 30 pictures a second: the database takes no other', () => {
    const [step] = create().accept([finding({ sincePtsUs: 3_033_367 })], moment(5), () => 1)
    expect(step!.startedMs).toBe(1_003_033)
  })

  it('gives two occurrences two ids, the same in every run', () => {
    const both = [finding(), finding({ key: 'gate/dwell/8/5000000' })]
    const ids = create()
      .accept(both, moment(5), () => 1)
      .map(({ alertId }) => alertId)
    expect(new Set(ids).size).toBe(2)
    expect(
      create()
        .accept(both, moment(5), () => 1)
        .map(({ alertId }) => alertId),
    ).toEqual(ids)
  })

  it('ends what is open when the camera is lost, at its last moment, and says so', () => {
    const alerts = create()
    alerts.accept([finding()], moment(5), () => 1)
    const ended = finding({ active: false, ended: 'reset' })
    expect(alerts.end([ended], 'camera_lost', 7)).toMatchObject([
      { phase: 'end', endReason: 'camera_lost', lastPtsUs: 5_000_000, causeMonoMs: 7 },
    ])
    expect(alerts.end([ended], 'camera_lost', 8)).toEqual([])
  })

  it('keeps the end of a connection on the time line of that connection', () => {
    const alerts = create()
    alerts.accept([finding()], moment(5), () => 1)
    const ended = finding({ active: false, ended: 'reset' })
    const [step] = alerts.accept([ended], { ...moment(0), epoch: 2 }, () => 1)
    expect(step).toMatchObject({ epoch: 1, endReason: 'camera_lost', lastPtsUs: 5_000_000 })
  })
})
