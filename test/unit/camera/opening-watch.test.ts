import { describe, expect, it } from 'vitest'
import { watchOpening } from '../../../src/camera/connection/opening-watch.ts'
import { createProductWatch } from '../../../src/camera/connection/product-watch.ts'

describe('a connection without a picture yet', () => {
  const look = (nowMonoMs: number, packetMonoMs: number | null, transport: 'tcp' | 'udp' | null = 'tcp') =>
    watchOpening({ nowMonoMs, connectMonoMs: 0, packetMonoMs, stallTimeoutMs: 4000, transport })

  it('is waited for as long as packets come, up to a keyframe a minute and more away', () => {
    expect(look(2999, 2990)).toMatchObject({ kind: 'wait', forKeyframe: false })
    expect(look(3000, 2990)).toMatchObject({ kind: 'wait', forKeyframe: true })
    expect(look(149_000, 148_990)).toMatchObject({ kind: 'wait', forKeyframe: true })
    expect(look(150_000, 149_990)).toMatchObject({ failure: { code: 'MEDIA_NO_VIDEO' } })
  })

  it('is given up after 15 s without a packet, and says when UDP may be the reason', () => {
    expect(look(14_999, null)).toEqual({ kind: 'wait', againMs: 1, forKeyframe: false })
    expect(look(15_000, null)).toMatchObject({
      failure: { code: 'CAMERA_UNREACHABLE', reason: expect.stringContaining('does not answer') },
    })
    expect(look(15_000, null, 'udp')).toMatchObject({
      failure: { code: 'CAMERA_TRANSPORT', reason: expect.stringContaining('firewall') },
    })
    expect(look(20_000, 5000)).toMatchObject({ kind: 'give up', failure: { code: 'MEDIA_NO_VIDEO' } })
  })
})

describe('watch on what comes beside pictures', () => {
  const setUp = (wanted = { record: true, sound: true }) => {
    const watch = createProductWatch({
      wanted,
      stallTimeoutMs: 4000,
      unrecordable: () => 'vp8',
    })
    watch.connected(wanted, 0)
    watch.look(0)
    return watch
  }

  it('tells a recording that stands still, or never begins', () => {
    const watch = setUp()
    expect(watch.look(15_000)).toBeNull()
    expect(watch.look(15_001)).toMatchObject({ product: 'recording', stopped: false })
    watch.fragment(16_000)
    expect(watch.look(21_000)).toBeNull()
    expect(watch.look(21_001)).toMatchObject({ code: 'MEDIA_NOT_RECORDED', stopped: true })
    watch.fragment(21_002)
    expect(watch.look(21_003)).toBeNull()
  })

  it('says at once what cannot be recorded', () => {
    const watch = setUp()
    watch.connected({ record: false, sound: false }, 10)
    expect(watch.look(11)).toMatchObject({ code: 'MEDIA_UNRECORDABLE' })
  })

  it('misses sound only where there was some', () => {
    const watch = setUp({ record: false, sound: true })
    expect(watch.look(60_000)).toBeNull()
    watch.sound(61_000)
    expect(watch.look(71_000)).toBeNull()
    expect(watch.look(71_001)).toMatchObject({ product: 'sound' })
  })
})
