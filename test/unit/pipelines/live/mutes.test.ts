import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMutes } from '../../../../pipelines/live/mutes.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

function start(dataDir = tempDir('mutes'), startMs = 1_000_000) {
  const time = { nowMs: startMs }
  const warned: string[] = []
  const log = { ...noTelemetry.log, warn: (_: unknown, message: string) => void warned.push(message) }
  const mutes = createMutes({ dataDir, clock: { nowMs: () => time.nowMs }, log })
  return { mutes, time, dataDir, warned }
}

const step = (alertId: string, phase: 'new' | 'update' | 'end', cameraId = 'gate') =>
  sampleStep({ alertId, phase, cameraId })

describe('muted cameras', () => {
  it('marks what begins while they are muted, to its end, and nothing else', async () => {
    const { mutes, time } = start()
    expect(mutes.mark(step('before', 'new')).muted).toBeUndefined()
    await mutes.set('gate', 60_000)
    expect(mutes.mark(step('within', 'new')).muted).toBe(true)
    expect(mutes.mark(step('yard', 'new', 'yard')).muted).toBeUndefined()
    // Who knows of an alert is told its end.
    expect(mutes.mark(step('before', 'end')).muted).toBeUndefined()
    time.nowMs += 60_001
    expect(mutes.untilMs('gate')).toBeNull()
    expect(mutes.mark(step('within', 'update')).muted).toBe(true)
    expect(mutes.mark(step('within', 'end')).muted).toBe(true)
    expect(mutes.mark(step('after', 'new')).muted).toBeUndefined()
  })

  it('are muted after a restart until the same moment, and not once that has passed', async () => {
    const { mutes, dataDir, time } = start()
    const untilMs = await mutes.set('gate', 60_000)
    expect(start(dataDir, time.nowMs).mutes.untilMs('gate')).toBe(untilMs)
    expect(start(dataDir, time.nowMs + 60_000).mutes.untilMs('gate')).toBeNull()
    await mutes.set('gate', null)
    expect(start(dataDir, time.nowMs).mutes.untilMs('gate')).toBeNull()
  })

  it('none is where the file cannot be read, which is said', () => {
    const dataDir = tempDir('mutes-broken')
    writeFileSync(join(dataDir, 'mutes.json'), '{"gate": "soon"')
    const { mutes, warned } = start(dataDir)
    expect(mutes.untilMs('gate')).toBeNull()
    expect(warned).toHaveLength(1)
  })

  it('stays as it was when it cannot be written', async () => {
    const { mutes, dataDir } = start()
    mkdirSync(join(dataDir, 'mutes.json'))
    await expect(mutes.set('gate', 1000)).rejects.toMatchObject({ code: 'STORE_WRITE' })
    expect(mutes.untilMs('gate')).toBeNull()
  })

  it('keeps what several requests ask at once', async () => {
    const { mutes, dataDir } = start()
    await Promise.all(['a', 'b', 'c'].map((id) => mutes.set(id, 1000)))
    expect(Object.keys(JSON.parse(readFileSync(join(dataDir, 'mutes.json'), 'utf8')))).toEqual([
      'a',
      'b',
      'c',
    ])
  })
})
