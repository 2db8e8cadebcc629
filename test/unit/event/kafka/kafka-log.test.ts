import { logLevel } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createKafkaLog } from '../../../../src/event/kafka/kafka-log.ts'

function setUp() {
  const state = { nowMs: 0 }
  const lines: string[] = []
  const at = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  }
  const log = createKafkaLog({
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    clock: { nowMs: () => state.nowMs, monoMs: () => state.nowMs, after: () => () => {} },
    scrub: (text) => text.replaceAll('hunter2', '***'),
  })
  const write = (level: logLevel, message: string, extra: object = {}, namespace = 'Producer') =>
    log.write({
      namespace,
      level,
      label: '',
      log: { timestamp: 't', logger: 'kafkajs', message, ...extra } as never,
    })
  return { state, lines, write }
}

describe('createKafkaLog', () => {
  it('warns of an error once in 30 s and tells the rest to debug', () => {
    const { state, lines, write } = setUp()
    write(logLevel.ERROR, 'gone')
    state.nowMs = 29_999
    write(logLevel.ERROR, 'gone')
    state.nowMs = 30_000
    write(logLevel.WARN, 'gone')
    write(logLevel.INFO, 'fine')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['warn', 'debug', 'warn', 'debug'])
    expect(lines[0]).toBe('warn kafkajs Producer: gone {}')
  })

  it('lets no secret through, nor objects of any size', () => {
    const { lines, write } = setUp()
    write(logLevel.ERROR, 'login hunter2', { error: 'hunter2 is wrong', retryCount: 1, data: { deep: [] } })
    expect(lines).toEqual(['warn kafkajs Producer: login *** {"error":"*** is wrong","retryCount":1}'])
  })

  it('does not warn of what is meant so or is tried again', () => {
    const { lines, write } = setUp()
    write(logLevel.WARN, 'Limiting retries for the idempotent producer may invalidate EoS guarantees')
    write(logLevel.ERROR, 'Response InitProducerId(key: 22, version: 1)', {}, 'Connection')
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['debug', 'debug'])
  })
})
