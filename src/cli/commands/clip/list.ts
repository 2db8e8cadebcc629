import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import type { ClipFilter, ClipRow } from '../../../store/tables/clip-reader.ts'

interface ListOptions {
  config: string
  camera?: string
  label?: string
  since?: string
  removed?: boolean
  limit: string
  json?: boolean
}

export function registerClip(program: Command): void {
  const clip = program.command('clip').description('The recordings of alerts.')
  clip
    .command('list')
    .description('Clips, the newest first.')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--camera <id>', 'only this camera')
    .option('--label <label>', 'only alerts with this label')
    .option('--since <time>', 'begin here: a time such as 2026-05-01T08:00:00Z, or 10m, 2h, 1d ago')
    .option('--removed', 'those that were removed, too')
    .option('--limit <n>', 'most clips', '50')
    .option('--json', 'one clip a line')
    .action(async (options: ListOptions) => {
      const { camera, label, since, removed = false } = options
      const limit = Number(options.limit)
      if (!Number.isInteger(limit) || limit < 1)
        throw new AppError('API_BAD_REQUEST', `--limit ${options.limit}: give a whole number, 1 or more`)
      const { sinceOf } = await import('../../options/since-ms.ts')
      const fromMs = await sinceOf(options.config, since)
      const filter: ClipFilter = {
        removed,
        ...(camera === undefined ? {} : { cameraId: camera }),
        ...(label === undefined ? {} : { label }),
        ...(fromMs === null ? {} : { sinceMs: fromMs }),
      }
      const reader = await openReader(options.config)
      try {
        const clips = reader.list(filter, { limit }).items
        if (clips.length === 0 && !options.json) process.stderr.write('there are no such clips\n')
        for (const row of clips)
          process.stdout.write(`${options.json ? JSON.stringify(row) : describeClip(row)}\n`)
      } finally {
        reader.close()
      }
    })
  clip
    .command('export')
    .description(
      'Copy clips out, each with what is known of it as JSON; the copy is checked against its SHA-256.',
    )
    .argument('<alert...>', 'ids of alerts, or their first characters')
    .requiredOption('--to <folder>', 'where to; made when it is not there')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--json', 'one clip a line')
    .action(async (ids: string[], options: { config: string; to: string; json?: boolean }) => {
      const { exportClip } = await import('../../../record/clip/export-clip.ts')
      const reader = await openReader(options.config)
      try {
        for (const row of ids.map((id) => reader.find(id))) {
          const path = await exportClip(row, options.to)
          process.stdout.write(options.json ? `${JSON.stringify({ ...row, exported: path })}\n` : `${path}\n`)
        }
      } finally {
        reader.close()
      }
    })
}

async function openReader(configFile: string) {
  const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
  const { openClipReader } = await import('../../../store/tables/clip-reader.ts')
  return openClipReader(loadConfigToRead(configFile).dataDir)
}

/** One line for people. */
export function describeClip(row: ClipRow): string {
  const { alertId, startedMs, cameraId, label, durationMs, preRollMs, bytes, removedReason, endReason } = row
  const notes = [
    removedReason === null ? null : `removed: ${removedReason}`,
    endReason === null ? null : `ends early: ${endReason}`,
    row.reviewed ? 'reviewed' : null,
  ].filter((note) => note !== null)
  const columns = [
    alertId.slice(0, 12),
    new Date(startedMs).toISOString().slice(0, 19),
    cameraId.padEnd(12),
    (label ?? '-').padEnd(10),
    `${(durationMs / 1000).toFixed(1)} s`.padStart(7),
    `${(preRollMs / 1000).toFixed(1)} s before`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    ...notes,
  ]
  return cleanLine(columns.join('  '))
}
