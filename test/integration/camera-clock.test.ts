import { spawn } from 'node:child_process'
import { filter, firstValueFrom } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { cameraStatus } from '../../pipelines/camera-status.ts'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import { cameraSchema } from '../../src/config/schema.ts'
import type { CameraStatus } from '../../src/core/camera-status.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { Fragment, Frame } from '../../src/core/frame.ts'
import { noTelemetry } from '../../src/core/telemetry-port.ts'
import { encodeMedia } from '../support/odd-camera/encode-media.ts'
import type { MediaCodec } from '../support/odd-camera/media.ts'
import { createOddCamera } from '../support/odd-camera/odd-camera.ts'
import type { OddScript } from '../support/odd-camera/script.ts'
import { hasTool } from '../support/prepare-machine.ts'

const ready = hasTool('ffmpeg')
if (!ready) process.stderr.write('skipped: the clocks of cameras (ffmpeg is missing)\n')

const spec = { widthPx: 32, heightPx: 32, sampleFps: 1000 }
const open: (() => unknown)[] = []
afterAll(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function watch(
  script: Partial<OddScript>,
  { codec = 'h264' as MediaCodec, bFrames = 0, sound = false } = {},
) {
  const media = await encodeMedia({ name: 'clock', codec, seconds: 9, bFrames, heightPx: 180 })
  const odd = await createOddCamera({ media, ...script })
  open.push(() => odd.close())
  const camera = cameraSchema.parse({ id: 'gate', url: odd.url })
  const parts = { clock: systemClock, telemetry: noTelemetry }
  const source = createCameraSource({
    camera,
    streams: [spec],
    record: true,
    sound,
    spawn,
    random: () => 0,
    ...parts,
  })
  open.push(() => source.close())
  const frames: Frame[] = []
  const fragments: Fragment[] = []
  const statuses: CameraStatus[] = []
  source.frames$(spec).subscribe((frame) => frames.push(frame))
  source.fragments$
    .pipe(filter(({ kind }) => kind === 'media'))
    .subscribe((fragment) => fragments.push(fragment))
  const status$ = cameraStatus({ camera, source, stream: spec, ...parts })
  status$.subscribe((status) => statuses.push(status))
  source.start()
  /** Resolves with the first fragment of which that is true. */
  const comes = (is: (fragment: Fragment) => boolean) =>
    firstValueFrom(source.fragments$.pipe(filter((each) => each.kind === 'media' && is(each))))
  return { frames, fragments, statuses, comes }
}

/** Whether all that a camera gave lies on one line in each epoch: rising, at the pace of life, without hours. */
function expectOneLine(frames: readonly Frame[], fragments: readonly Fragment[]) {
  for (const epoch of new Set(frames.map((frame) => frame.epoch))) {
    const times = frames.filter((frame) => frame.epoch === epoch).map(({ ptsUs }) => ptsUs)
    expect([...times].sort((a, b) => a - b)).toEqual(times)
    const own = fragments.filter((fragment) => fragment.epoch === epoch)
    const starts = own.map(({ ptsUs }) => ptsUs)
    expect([...starts].sort((a, b) => a - b)).toEqual(starts)
    for (const { ptsUs, durationUs } of own) {
      expect(durationUs).toBeLessThan(1_500_000)
      expect(ptsUs).toBeGreaterThan(times[0]! - 500_000)
      expect(ptsUs).toBeLessThan(times.at(-1)! + 1_500_000)
    }
  }
}

describe.skipIf(!ready).concurrent('time of a camera over RTSP', () => {
  it.each([
    ['h264', 0],
    ['h264', 2],
    ['h265', 3],
  ] as const)('is one line for frames and recording: %s with %d B-frames', async (codec, bFrames) => {
    const { frames, fragments, comes } = await watch({}, { codec, bFrames })
    await comes(({ ptsUs }) => ptsUs > 2_500_000)
    expectOneLine(frames, fragments)
    const keyframes = fragments.filter(({ keyframe }) => keyframe).slice(1)
    expect(keyframes.length).toBeGreaterThan(0)
    const times = new Set(frames.map(({ ptsUs }) => ptsUs))
    for (const { ptsUs } of keyframes) expect([...times].some((us) => Math.abs(us - ptsUs) <= 1)).toBe(true)
  })

  it.each([
    ['timestamps that step back by 8 s', { steps: [{ atS: 3, do: 'stepTimestamps', byS: -8 }] }, false],
    [
      'timestamps that step forward by an hour',
      { steps: [{ atS: 3, do: 'stepTimestamps', byS: 3600 }] },
      false,
    ],
    [
      'an encoder that starts anew',
      { steps: [{ atS: 3, do: 'restartEncoder', base: 4_000_000_000 }] },
      false,
    ],
    [
      'reports that step back, beside sound',
      { sound: true, reportEveryS: 1, steps: [{ atS: 3, do: 'stepReports', byS: -3600 }] },
      true,
    ],
  ] as const)('begins anew with %s, told at once', async (_name, script, sound) => {
    const { frames, fragments, statuses, comes } = await watch(script as Partial<OddScript>, {
      sound,
    })
    await comes(({ epoch, ptsUs }) => epoch === 2 && ptsUs > 1_000_000)
    expectOneLine(frames, fragments)
    const told = statuses.find(({ code }) => code === 'MEDIA_CLOCK')
    expect(told).toMatchObject({ state: 'connecting', picture: 'clock', epoch: 1 })
    expect(statuses.find(({ epoch, state }) => epoch === 2 && state === 'live')).toBeDefined()
    const [last, next] = [
      frames.findLast(({ epoch }) => epoch === 1)!,
      frames.find(({ epoch }) => epoch === 2)!,
    ]
    expect(next.arrivalMonoMs - last.arrivalMonoMs).toBeLessThan(5000)
  })

  it('does not see reports that step where only the video is wanted', async () => {
    const script = {
      sound: true,
      reportEveryS: 1,
      steps: [{ atS: 2, do: 'stepReports', byS: 3600 }],
    } as const
    const { frames, fragments, statuses, comes } = await watch(script)
    await comes(({ ptsUs }) => ptsUs > 4_500_000)
    expectOneLine(frames, fragments)
    expect(statuses.filter(({ code }) => code !== null)).toEqual([])
  })
})
