import type { Command } from 'commander'
import {
  type CameraRetention,
  retentionStatus as statusOf,
} from '../../../../pipelines/record/retention-status.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { systemClock } from '../../../core/clock.ts'
import type { SegmentTier } from '../../../core/tiered-segment.ts'
import { cameraOption, configOption, jsonOption, limitOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

interface Options {
  config: string
  camera?: string
  files?: boolean
  limit: number
  json?: boolean
}

export function retentionStatus(command: Command): void {
  command
    .addOption(configOption())
    .addOption(cameraOption())
    .option('--files', 'every segment that something was decided about, the newest first')
    .addOption(limitOption('most segments'))
    .addOption(jsonOption())
    .action(async ({ config, camera, files, limit, json }: Options) => {
      const status = await statusOf({
        config: loadConfigToRead(config),
        clock: systemClock,
        cameraId: camera ?? null,
        files: files ? limit : 0,
      })
      if (json) return printLine(JSON.stringify(status))
      const lines = [
        ...status.cameras.flatMap(describeCamera),
        `${gb(status.freeBytes)} free`,
        ...(status.files ?? []).map(describeSegment),
      ]
      printLine(lines.join('\n'))
    })
}

const gb = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`

/** A few lines for people. */
function describeCamera({ cameraId, clips, segments, tier }: CameraRetention): string[] {
  const kept = Object.entries(tier.kept).map(([why, count]) => `${why} ${count}`)
  const scores = [
    tier.ssim && `SSIM ${tier.ssim.mean.toFixed(3)} (least ${tier.ssim.least.toFixed(3)})`,
    tier.psnrDb && `PSNR ${tier.psnrDb.mean.toFixed(1)} dB (least ${tier.psnrDb.least.toFixed(1)})`,
    tier.vmaf && `VMAF ${tier.vmaf.mean.toFixed(1)} (least ${tier.vmaf.least.toFixed(1)})`,
  ].filter((text) => text !== null)
  const head = `${cameraId.padEnd(12)}  ${clips.count} clips ${gb(clips.bytes)}  ${segments.count} segments ${gb(segments.bytes)}`
  if (tier.afterHours === 0 && tier.tiered === 0) return [head]
  const percent = tier.bytesBefore > 0 ? Math.round((tier.bytesSaved / tier.bytesBefore) * 100) : 0
  return [
    head,
    `  made smaller: ${tier.tiered}, ${gb(tier.bytesBefore)} to ${gb(tier.bytesAfter)} (${percent} % saved); waiting: ${tier.waiting}`,
    ...(scores.length > 0 ? [`  ${scores.join('  ')}`] : []),
    ...(kept.length > 0 ? [`  as recorded: ${kept.join(', ')}`] : []),
  ]
}

/** One line for people. */
function describeSegment({ name, state, kept, note, measure }: SegmentTier): string {
  const columns = [
    name,
    state === 'tiered' ? 'smaller' : `as recorded: ${kept}`,
    measure && `${gb(measure.bytesBefore)} to ${gb(measure.bytesAfter)}`,
    measure && `SSIM ${measure.ssim.toFixed(4)}  PSNR ${measure.psnrDb.toFixed(2)} dB`,
    measure?.vmaf != null ? `VMAF ${measure.vmaf.toFixed(1)}` : null,
    note,
  ]
  return columns.filter((text) => text !== null).join('  ')
}
