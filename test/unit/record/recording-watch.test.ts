import { BehaviorSubject, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { CameraState } from '../../../src/core/camera-status.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { Fragment } from '../../../src/core/frame.ts'
import { createRecordingWatch } from '../../../src/record/recording-watch.ts'
import { createFakeClock } from '../infer/fake-clock.ts'
import { countingTelemetry, initFragment, mediaFragment } from './sample-fragments.ts'

function setUp() {
  const time = createFakeClock()
  const counted = countingTelemetry()
  const fragments = new Subject<Fragment>()
  const status$ = new BehaviorSubject<{ state: CameraState }>({ state: 'live' })
  const watch = createRecordingWatch({
    cameraId: 'gate',
    fragments$: fragments,
    status$,
    clock: time.clock,
    telemetry: counted.telemetry,
  })
  const said: (string | null)[] = []
  watch.trouble$.subscribe((trouble) => said.push(trouble && `${trouble.code}: ${trouble.reason}`))
  let index = 0
  /** Fragments for so long; `speed` 0: all say the same time. */
  const run = async (seconds: number, { speed = 1, epoch = 1 } = {}) => {
    for (let n = 0; n < seconds * 5; n += 1) {
      await time.pass(200)
      index += speed
      fragments.next(mediaFragment(index, { epoch }))
    }
  }
  return { ...counted, time, fragments, status$, watch, said, run }
}

const silent = 'MEDIA_NOT_RECORDED: pictures come, but nothing that can be recorded'
const still = 'MEDIA_NOT_RECORDED: pictures come, but the time of what is recorded stands still'

describe('watch of the recording', () => {
  it('says when a live camera sends nothing to record, and when it does again', async () => {
    const { run, time, said, logs, watch } = setUp()
    await run(10)
    expect(said).toEqual([null])
    await time.pass(17_000)
    expect(said).toEqual([null, silent])
    await time.pass(60_000)
    await run(3)
    expect(said).toEqual([null, silent, null])
    expect(logs.map(({ level }) => level)).toEqual(['warn', 'info'])
    watch.close()
    expect(time.timers).toBe(0)
  })

  it('says when there is none from the beginning, and not while the camera is not live', async () => {
    const { status$, time, said } = setUp()
    status$.next({ state: 'connecting' })
    await time.pass(60_000)
    expect(said).toEqual([null])
    status$.next({ state: 'live' })
    await time.pass(17_000)
    expect(said).toEqual([null, silent])
    status$.next({ state: 'offline' })
    await time.pass(3000)
    expect(said).toEqual([null, silent, null])
  })

  it('says when packets come whose time stands still', async () => {
    const { run, said } = setUp()
    await run(5)
    await run(18, { speed: 0 })
    expect(said).toEqual([null, still])
    await run(3)
    expect(said).toEqual([null, still, null])
  })

  it('takes no step of the clock, another connection or a slow camera for trouble', async () => {
    const { run, fragments, said } = setUp()
    await run(20)
    fragments.next(initFragment({ epoch: 2 }))
    await run(20, { epoch: 2, speed: 0.3 })
    await run(1, { epoch: 2, speed: -5000 })
    await run(20, { epoch: 2 })
    expect(said).toEqual([null])
  })

  it('says what the disk says, until it takes a file or has not refused for long', async () => {
    const { run, watch, said } = setUp()
    await run(1)
    watch.disk(new AppError('STORE_CLIP', 'the disk is full'))
    expect(said.at(-1)).toBe('STORE_CLIP: what is recorded cannot be kept: the disk is full')
    watch.disk(null)
    expect(said.at(-1)).toBeNull()
    watch.disk(new AppError('STORE_CLIP', 'the disk is full'))
    await run(303)
    expect(said.at(-1)).toBeNull()
  })
})
