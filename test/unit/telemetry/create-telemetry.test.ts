import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { metricTable } from '../../../src/core/metrics/metric-table.ts'
import { countDrop } from '../../../src/core/telemetry-port.ts'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'

function telemetryWithLines() {
  const lines: string[] = []
  const telemetry = createTelemetry({
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  })
  return { telemetry, lines }
}

describe('log', () => {
  it('writes no URL credentials and no secret fields, however deep', () => {
    const { telemetry, lines } = telemetryWithLines()
    telemetry.log.warn(
      {
        url: 'rtsp://admin:hunter2@h/x',
        nested: { list: ['see http://a:hunter2@b and rtsp://c:hun/ter2@d', { password: 'hunter2' }] },
        err: new AppError('CAMERA_UNREACHABLE', 'rtsp://a:hunter2@h', {
          details: { saslPassword: 'hunter2' },
          cause: new Error('http://h/?token=hunter2'),
        }),
      },
      'opening rtsp://admin:hunter2@h/x failed',
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toMatch(/hunter2|hun\/ter2/)
    const line = JSON.parse(lines[0]!)
    expect(line).toMatchObject({ url: 'rtsp://***@h/x', msg: 'opening rtsp://***@h/x failed' })
    expect(line.err).toMatchObject({ code: 'CAMERA_UNREACHABLE', message: 'rtsp://***@h' })
  })

  it('keeps the level', () => {
    const lines: string[] = []
    const telemetry = createTelemetry({ level: 'warn', destination: { write: (l) => void lines.push(l) } })
    telemetry.log.info({}, 'no')
    telemetry.log.error({}, 'yes')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['yes'])
  })
})

describe('metrics', () => {
  it('exports every declared metric', async () => {
    const { telemetry } = telemetryWithLines()
    const text = await telemetry.metricsText()
    for (const [name, { type }] of Object.entries(metricTable))
      expect(text).toContain(`# TYPE ${name} ${type}`)
  })

  it('counts drops with stage, reason and camera', async () => {
    const { telemetry } = telemetryWithLines()
    countDrop(telemetry, { stage: 'clip', reason: 'full', cameraId: 'gate', count: 3 })
    countDrop(telemetry, { stage: 'clip', reason: 'full', cameraId: 'gate' })
    expect(await telemetry.metricsText()).toContain(
      'vireo_drops_total{stage="clip",reason="full",camera="gate"} 4',
    )
  })

  it('summarises latencies as p50, p95 and p99', async () => {
    const { telemetry } = telemetryWithLines()
    for (let ms = 1; ms <= 100; ms += 1)
      telemetry.observe('vireo_event_latency_seconds', { stage: 'a' }, ms / 1000)
    const text = await telemetry.metricsText()
    const quantile = (q: string) =>
      Number(text.match(new RegExp(`vireo_event_latency_seconds\\{quantile="${q}",stage="a"\\} (\\S+)`))?.[1])
    expect(quantile('0.5')).toBeCloseTo(0.05, 2)
    expect(quantile('0.95')).toBeCloseTo(0.095, 2)
    expect(quantile('0.99')).toBeCloseTo(0.099, 2)
    expect(text).toContain('vireo_event_latency_seconds_count{stage="a"} 100')
  })

  it.each([
    ['an unknown name', 'vireo_nope', {}],
    ['another type', 'vireo_outbox_pending', { sink: 'kafka' }],
    ['a missing label', 'vireo_frames_total', {}],
    ['a further label', 'vireo_frames_total', { camera: 'a', x: 'b' }],
  ] as const)('refuses %s', (_what, name, labels) => {
    const { telemetry } = telemetryWithLines()
    // As a caller could that the compiler does not see.
    const count = telemetry.count as (metric: string, given: Record<string, string>) => void
    expect(() => count(name, labels)).toThrow(expect.objectContaining({ code: 'BUG_UNEXPECTED' }))
  })

  it('two telemetries do not meet', async () => {
    const one = telemetryWithLines().telemetry
    const two = telemetryWithLines().telemetry
    one.gauge('vireo_outbox_pending', { sink: 'kafka' }, 7)
    expect(await one.metricsText()).toContain('vireo_outbox_pending{sink="kafka"} 7')
    expect(await two.metricsText()).not.toContain('vireo_outbox_pending{sink="kafka"} 7')
  })
})
