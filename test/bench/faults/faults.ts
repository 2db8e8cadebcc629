import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureRecovery } from '../live/recovery.ts'
import { type BenchOptions, type BenchReport, bar, machine, rounded } from '../report.ts'
import { measureClips } from './clips.ts'
import { measureHotChanges } from './hot-changes.ts'
import { measurePictures } from './pictures.ts'
import { measureStreams } from './streams.ts'

export async function run(options: BenchOptions): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'vireo-bench-streams-'))
  const parts = [
    () => measureClips(options),
    () => measureHotChanges(options),
    () => measurePictures(options),
    () => measureStreams(folder, options),
    () => measureRecovery(options),
  ] as const
  // One after the other, so that none disturbs another; the smallest size only shows that each works.
  const [clips, hot, pictures, streams, connection] = options.smoke
    ? await Promise.all([parts[0](), parts[1](), parts[2](), parts[3](), parts[4]()])
    : [await parts[0](), await parts[1](), await parts[2](), await parts[3](), await parts[4]()]
  rmSync(folder, { recursive: true })
  const tampered = Object.entries(pictures).filter(([name]) => name !== 'frozen')
  const worst = (values: readonly number[]) => rounded(Math.max(...values))
  const pictureFigures = Object.entries({ ...pictures, ...streams }).flatMap(
    ([name, { noticedS, recoveredS }]) => [
      [`${name}NoticedS`, rounded(noticedS)],
      [`${name}RecoveredS`, rounded(recoveredS)],
    ],
  )
  return {
    bench: 'faults',
    machine: machine(),
    figures: { ...connection, ...clips, ...hot, ...Object.fromEntries(pictureFigures) },
    bars: [
      bar('stall noticed, worst, ms', connection.stallNoticedMs, '<=', 5000),
      bar('camera gone noticed, worst, ms', connection.deathNoticedMs, '<=', 5000),
      bar('frozen picture noticed, s', rounded(pictures.frozen!.noticedS), '<=', 5),
      bar(
        'dark, covered, moved noticed, worst, s',
        worst(tampered.map(([, { noticedS }]) => noticedS)),
        '<=',
        30,
      ),
      bar('slow stream noticed, s', rounded(streams.slow!.noticedS), '<=', 15),
      bar('corrupt stream noticed, s', rounded(streams.corrupt!.noticedS), '<=', 10),
      bar('jump of the timestamps noticed, s', rounded(streams.clock!.noticedS), '<=', 5),
      bar(
        'stream whole again, told, worst, s',
        worst(Object.values(streams).map(({ recoveredS }) => recoveredS)),
        '<=',
        12,
      ),
      bar(
        'picture good again, told, worst, s',
        worst(Object.values(pictures).map(({ recoveredS }) => recoveredS)),
        '<=',
        12,
      ),
      bar(
        'frames again after a camera is back, worst, ms',
        connection.backoffMs + connection.framesAgainMs,
        '<=',
        12_000,
      ),
      bar('frames lost on the cameras beside it', connection.neighbourFramesLost, '<=', 0),
      bar('clips missing of 100 alerts', clips.missing, '<=', 0),
      bar('clips whose pre-roll is not within one GOP of what was asked', clips.preRollWrong, '<=', 0),
      bar('clips whose first frame does not decode', clips.firstFrameBroken, '<=', 0),
      bar('frames lost on 15 cameras while one is added and removed', hot.framesLost, '<=', 0),
    ],
  }
}
