import { describe, expect, it } from 'vitest'
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts'
import { createLogRing } from '../../../src/telemetry/log-ring.ts'

const texts = (lines: readonly { message: string }[]) => lines.map(({ message }) => message).join(' ')

describe('the latest lines of the log', () => {
  it('are those that are written, without secrets, and those of lower levels not at all', () => {
    const written: string[] = []
    const { log, recent } = createTelemetry({
      level: 'info',
      destination: { write: (line) => void written.push(line) },
    })
    log.debug({}, 'hidden')
    log.info(
      { camera: 'gate', url: 'rtsp://ann:geheim@192.0.2.1/a' },
      'connecting to rtsp://ann:geheim@192.0.2.1/a',
    )
    log.error({ password: 'geheim', err: new Error('token=geheim') }, 'no')
    const { lines, next } = recent.read({ limit: 10 })
    expect(lines.map(({ level, camera }) => [level, camera])).toEqual([
      ['info', 'gate'],
      ['error', null],
    ])
    expect(JSON.stringify(lines)).not.toContain('geheim')
    expect(written).toHaveLength(2)
    expect(next).toBe(2)
  })

  it('are read by level and camera, and on from where somebody was', () => {
    const ring = createLogRing(100)
    const take = (level: 'info' | 'warn', message: string, camera?: string) =>
      ring.take({ atMs: 0, level, message, fields: { camera } })
    take('info', 'a', 'gate')
    take('warn', 'b', 'gate.main')
    take('warn', 'c', 'yard')
    expect(texts(ring.read({ limit: 10, least: 'warn' }).lines)).toBe('b c')
    expect(texts(ring.read({ limit: 10, camera: 'gate' }).lines)).toBe('a b')
    expect(texts(ring.read({ limit: 1 }).lines)).toBe('c')
    const { next } = ring.read({ limit: 10 })
    expect(ring.read({ limit: 10, after: next })).toEqual({ lines: [], next: 3, lost: false })
    take('info', 'd')
    expect(texts(ring.read({ limit: 10, after: next }).lines)).toBe('d')
  })

  it('are bounded in number and length, and what was missed is said', () => {
    const ring = createLogRing(50)
    for (let n = 0; n < 1000; n += 1)
      ring.take({ atMs: n, level: 'info', message: `${n}`, fields: { text: 'x'.repeat(10_000) } })
    const { lines, lost } = ring.read({ limit: 1000, after: 10 })
    expect(lines).toHaveLength(50)
    expect(lost).toBe(true)
    expect(lines.at(-1)!.fields.length).toBeLessThan(2100)
    expect(lines.at(-1)!.message).toBe('999')
  })
})
