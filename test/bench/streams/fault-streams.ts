import type { OddScript, Step } from '../../support/odd-camera/script.ts'
import { blinking } from './media-set.ts'
import type { TortureStream } from './torture-stream.ts'

/** Second of the script at which something goes wrong: between two alerts and their clips. */
const faultS = 8.5
const seconds = 31
const name = 'bframes'

type Expected = Partial<TortureStream['expect']>

function broken(
  title: string,
  steps: readonly Step[],
  more: {
    script?: Partial<OddScript>
    expect?: Expected
    transport?: 'tcp' | 'udp'
    bFrames?: number
    listens?: boolean
  } = {},
): TortureStream {
  const { script, expect, transport, listens, bFrames = 0 } = more
  return {
    name: title,
    seconds,
    ...(transport !== undefined && { transport }),
    ...(listens !== undefined && { listens }),
    camera: async () => {
      const media = await blinking({ name: bFrames ? name : 'plain', bFrames, seconds })
      return { rtsp: { media, steps, ...script } }
    },
    expect: { liveWithinS: 12, frames: 'flowing', clips: 'after', faultS, ...expect },
  }
}

const clock: Expected = {
  told: [{ sinceS: faultS, withinS: 3, code: 'MEDIA_CLOCK' }],
  mayTell: ['clock'],
}
const stepBy = (byS: number): Step[] => [{ atS: faultS, do: 'stepTimestamps', byS }]
const restart = (base: number): Step[] => [{ atS: faultS, do: 'restartEncoder', base }]
const reports = (byS: number): Step[] => [{ atS: faultS, do: 'stepReports', byS }]
const nothing: Expected = { frames: 'numbers', clips: 'each' }

/** The camera's clock, in its timestamps or in its sender reports. */
export const clockStreams: readonly TortureStream[] = [
  broken('clock-back-8s', stepBy(-8), { expect: clock }),
  broken('clock-back-8s-bframes', stepBy(-8), { expect: clock, bFrames: 2 }),
  broken('clock-back-1h', stepBy(-3600), { expect: clock }),
  broken('clock-ahead-8s', stepBy(8), { expect: clock }),
  broken('clock-ahead-1h', stepBy(3600), { expect: clock }),
  broken('clock-ahead-1h-bframes', stepBy(3600), { expect: clock, bFrames: 2 }),
  broken('clock-back-and-ahead-8s', [...stepBy(-8), { atS: 17.5, do: 'stepTimestamps', byS: 8 }], {
    expect: clock,
  }),
  broken('encoder-restart-back', restart(-10_000 * 90_000), { expect: clock }),
  broken('encoder-restart-ahead', restart(30_000 * 90_000), { expect: clock }),
  broken('encoder-restart-sound', restart(-10_000 * 90_000), { expect: clock, script: { sound: true } }),
  broken('encoder-restart-listening', restart(-10_000 * 90_000), {
    expect: clock,
    script: { sound: true },
    listens: true,
  }),
  // Reports about the clock put sound and pictures together. Where only pictures are wanted, nobody needs them.
  broken('reports-back-1h-sound', reports(-3600), { expect: nothing, script: { sound: true } }),
  broken('reports-ahead-1h-sound', reports(3600), { expect: nothing, script: { sound: true } }),
  broken('reports-back-8s-sound', reports(-8), { expect: nothing, script: { sound: true }, bFrames: 2 }),
  broken('reports-back-1h-listening', reports(-3600), {
    expect: clock,
    script: { sound: true },
    listens: true,
  }),
  broken('reports-ahead-8s-listening', reports(8), {
    expect: clock,
    script: { sound: true },
    listens: true,
  }),
  broken('reports-back-1h-no-sound', reports(-3600), { expect: nothing }),
  broken('ssrc-change', restart(20_000_000), { expect: { frames: 'count', clips: 'each' } }),
  // Smaller than what the network does to times.
  broken('clock-back-0.3s', stepBy(-0.3), { expect: { mayTell: ['MEDIA_CLOCK', 'clock'] }, bFrames: 2 }),
  broken('clock-ahead-1.5s', stepBy(1.5), { expect: { mayTell: ['MEDIA_CLOCK', 'clock'] } }),
  broken('timestamps-jitter', [], {
    expect: { ...nothing },
    script: { timestamps: { jitterMs: 5 } },
  }),
  {
    ...broken('clock-runs-double', [], {
      expect: { told: [{ sinceS: 0, withinS: 35 + 3, picture: 'clock' }], clips: 'none' },
    }),
    seconds: 42,
    camera: async () => ({
      rtsp: { media: await blinking({ name: 'plain', seconds: 42 }), timestamps: { speed: 2 } },
    }),
  },
  broken('sequence-jump', [{ atS: faultS, do: 'jumpSequence', by: 20_000 }], {
    expect: { frames: 'count', clips: 'each', mayTell: ['corrupt'] },
  }),
]

const harm = (how: 'lose' | 'swap' | 'repeat', percent: number): Step[] => [
  { atS: faultS, do: how, percent, forS: 8 },
]

/** The network between the camera and us. */
export const networkStreams: readonly TortureStream[] = [
  broken('loss-2%-udp', harm('lose', 2), {
    transport: 'udp',
    expect: { frames: 'count', clips: 'each', complaint: /./, mayTell: ['corrupt'] },
  }),
  broken('loss-5%-bframes', harm('lose', 5), {
    bFrames: 2,
    expect: {
      frames: 'count',
      clips: 'each',
      complaint: /./,
      told: [{ sinceS: faultS, withinS: 10, picture: 'corrupt' }],
    },
  }),
  broken('reordered-udp', harm('swap', 20), { transport: 'udp', expect: nothing }),
  broken('doubled-udp', harm('repeat', 20), {
    transport: 'udp',
    expect: { ...nothing, mayTell: ['corrupt'] },
  }),
  broken('burst-2s', [{ atS: faultS, do: 'hold', forS: 2 }], { bFrames: 2, expect: nothing }),
  broken('gap-2s', [{ atS: faultS, do: 'mute', forS: 2 }], {
    expect: { frames: 'count', clips: 'after', mayTell: ['corrupt', 'slow'] },
  }),
  broken('stall-7s', [{ atS: faultS, do: 'mute', forS: 7 }], {
    expect: {
      told: [{ sinceS: faultS, withinS: 5, state: 'stalled', code: 'CAMERA_STALLED' }],
      recoveredWithinS: 7 + 12,
      mayTell: ['CAMERA_UNREACHABLE'],
    },
  }),
  broken('video-stalls-sound-goes-on', [{ atS: faultS, do: 'mute', forS: 7, only: 'video' }], {
    script: { sound: true },
    expect: {
      told: [{ sinceS: faultS, withinS: 5, state: 'stalled', code: 'CAMERA_STALLED' }],
      recoveredWithinS: 7 + 12,
      mayTell: ['CAMERA_UNREACHABLE'],
    },
  }),
  broken(
    'flapping',
    [faultS, faultS + 1, faultS + 2].map((atS) => ({ atS, do: 'close' })),
    {
      bFrames: 2,
      expect: { told: [{ sinceS: faultS, withinS: 1, state: 'offline', code: 'CAMERA_UNREACHABLE' }] },
    },
  ),
  broken('closed', [{ atS: faultS, do: 'close' }], {
    bFrames: 2,
    expect: { told: [{ sinceS: faultS, withinS: 1, state: 'offline', code: 'CAMERA_UNREACHABLE' }] },
  }),
]

const changed: Expected = {
  told: [{ sinceS: faultS, withinS: 3, code: 'MEDIA_CHANGED' }],
  recoveredWithinS: 5,
}
const show = (from: 'keyframe' | 'middle', size: number) => async () => {
  const media = await blinking({ name: 'plain', seconds })
  const next = await blinking({ name: 'plain', widthPx: size * 16, heightPx: size * 9, seconds })
  return { rtsp: { media, steps: [{ atS: faultS, do: 'show', media: next, from } as const] } }
}

/** Another picture in the same session. */
export const changeStreams: readonly TortureStream[] = [
  { ...broken('size-change', [], { expect: changed }), camera: show('keyframe', 40) },
  {
    ...broken('size-change-in-the-middle', [], { expect: { ...changed, mayTell: ['corrupt'] } }),
    camera: show('middle', 40),
  },
]
