import type { Command } from 'commander'
import type { CameraRetention } from '../../../../pipelines/record/retention-status.ts'
import { AppError } from '../../../core/errors.ts'
import type { SegmentTier } from '../../../core/tiered-segment.ts'

interface Options {
  config: string
  camera?: string
  files?: boolean
  limit: string
  json?: boolean
}

export function registerRetention(program: Command): void {
  const retention = program.command('retention').description('What is kept of the footage, and how.')
  registerSweep(retention)
  retention
    .command('status')
    .description('Footage on the disk by camera, and what re-encoding old segments saved at which quality.')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--camera <id>', 'only this camera')
    .option('--files', 'every segment that something was decided about, the newest first')
    .option('--limit <n>', 'most segments', '50')
    .option('--json', 'JSON output')
    .action(async (options: Options) => {
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1)
        throw new AppError('API_BAD_REQUEST', `--limit ${options.limit}: give a whole number, 1 or more`)
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { systemClock } = await import('../../../core/clock.ts')
      const { retentionStatus } = await import('../../../../pipelines/record/retention-status.ts')
      const status = await retentionStatus({
        ...{ config: loadConfigToRead(options.config), clock: systemClock },
        ...{ cameraId: options.camera ?? null, files: options.files ? limit : 0 },
      })
      if (options.json) return void process.stdout.write(`${JSON.stringify(status)}\n`)
      const lines = [
        ...status.cameras.flatMap(describeCamera),
        `${gb(status.freeBytes)} free`,
        ...(status.files ?? []).map(describeSegment),
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}

/** Says that the machine's clock is right, so that what is too old by it is removed now. */
function registerSweep(retention: Command): void {
  retention
    .command('sweep')
    .description(
      'Say that the clock of the machine is right: what is too old by it is removed with the next sweep.',
    )
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .action(async (options: Pick<Options, 'config'>) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { confirmTime } = await import('../../../../pipelines/record/steady-time.ts')
      const { dataDir } = loadConfigToRead(options.config)
      confirmTime(dataDir)
      process.stdout.write(
        `the time ${new Date().toISOString()} counts as right: what is too old by it is removed within 30 s, or at the next start\n`,
      )
    })
}

const gb = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`

/** A few lines for people. */
export function describeCamera({ cameraId, clips, segments, tier }: CameraRetention): string[] {
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
export function describeSegment({ name, state, kept, note, measure }: SegmentTier): string {
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
