import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { BehaviorSubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { recordRoute } from '../../../../pipelines/record/record.ts'
import type { CameraSource } from '../../../../src/camera/source-contract.ts'
import { configSchema } from '../../../../src/config/config-schema.ts'
import type { AlertStep } from '../../../../src/core/alert.ts'
import type { ProductTrouble } from '../../../../src/core/camera-status.ts'
import type { Fragment } from '../../../../src/core/frame.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'
import { createFakeFfmpeg } from '../../record/fake-ffmpeg.ts'
import { countingTelemetry, fragmentUs, initFragment, mediaFragment } from '../../record/sample-fragments.ts'

function setUp() {
  const dataDir = tempDir('record')
  mkdirSync(join(dataDir, 'clips'))
  const time = createFakeClock()
  const counted = countingTelemetry()
  const fragments$ = new Subject<Fragment>()
  const trouble$ = new BehaviorSubject<ProductTrouble | null>(null)
  const status$ = new BehaviorSubject({ state: 'live' })
  const source = { fragments$, trouble$, status$ } as unknown as CameraSource
  const told: string[] = []
  const records = recordRoute({
    cameraId: 'gate',
    dataDir,
    analysed: source,
    recorded: source,
    recording: configSchema.parse({ version: 1, dataDir: 'd' }).recording,
    intake: {
      clip: ({ alertId }, stored) => {
        told.push(`${alertId} ready`)
        stored()
      },
      clipUnavailable: ({ alertId, reason }) => told.push(`${alertId} ${reason}`),
    },
    spawn: createFakeFfmpeg().spawn,
    clock: time.clock,
    random: () => 0,
    telemetry: counted.telemetry,
  })
  const step = (alertId: string, phase: AlertStep['phase'], index: number) =>
    records.mark({
      alertId,
      phase,
      epoch: 1,
      cameraId: 'gate',
      firstPtsUs: index * fragmentUs,
      lastPtsUs: index * fragmentUs,
      startedMs: 0,
      lastMs: 0,
    } as AlertStep).clipPath
  return { ...counted, time, fragments$, trouble$, records, told, step }
}

describe('clips that alerts name', () => {
  it('are named by every step, until one is known not to come', async () => {
    const { time, records, told, step } = setUp()
    expect(step('a1', 'new', 0)).toMatch(/a1\.mp4$/)
    expect(step('a1', 'update', 1)).toMatch(/a1\.mp4$/)
    await time.pass(10_000)
    expect(told).toEqual(['a1 nothing_recorded'])
    expect(step('a1', 'update', 2)).toBeNull()
    expect(step('a1', 'end', 3)).toBeNull()
    await records.close()
  })

  it('are not named while the source, or the watch, knows that nothing can be recorded', async () => {
    const { time, trouble$, fragments$, records, told, step, drops } = setUp()
    trouble$.next({ product: 'recording', code: 'MEDIA_UNRECORDABLE', reason: 'VP8', stopped: false })
    expect(step('a1', 'new', 0)).toBeNull()
    trouble$.next({ product: 'sound', code: 'CAMERA_STALLED', reason: 'mute', stopped: false })
    fragments$.next(initFragment())
    for (let index = 0; index < 6; index += 1) fragments$.next(mediaFragment(index))
    expect(step('a2', 'new', 5)).not.toBeNull()
    await time.pass(20_000)
    expect(step('a3', 'new', 5)).toBeNull()
    expect(drops).toMatchObject({ not_recorded: 2 })
    await records.close()
    expect(told).toEqual(['a2 ready'])
  })
})
