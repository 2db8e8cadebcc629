import type { Command } from 'commander'
import { AppError } from '../../core/errors.ts'

interface Options {
  config: string
  json?: boolean
  camera?: string
  label?: string
  since?: string
  follow: boolean
}

const pollMs = 250
const pageEvents = 500

export function registerAlerts(program: Command): void {
  const alerts = program.command('alerts').description('Read alerts, with or without Kafka.')
  alerts
    .command('tail')
    .description('Print alerts as they are accepted; begins with new ones unless --since is given.')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--camera <id>', 'only this camera')
    .option('--label <label>', 'only this label')
    .option('--since <time>', 'begin here: a time such as 2026-05-01T08:00:00Z, or 10m, 2h, 1d ago')
    .option('--no-follow', 'end after what is there')
    .option('--json', 'one CloudEvent a line')
    .action(async (options: Options) => {
      const { loadConfig } = await import('../../config/load.ts')
      const { openOutboxReader } = await import('../../event/outbox-reader.ts')
      const { structuredEvent } = await import('../../event/cloud-event.ts')
      const { describeAlertData } = await import('../describe-step.ts')
      const config = loadConfig(options.config)
      const { camera, label, since, follow } = options
      if (camera !== undefined && !config.cameras.some(({ id }) => id === camera))
        throw new AppError(
          'API_BAD_REQUEST',
          `--camera ${camera}: there is no such camera; there are: ${config.cameras.map(({ id }) => id).join(', ')}`,
        )
      const reader = openOutboxReader(config.dataDir)
      const filter = {
        channel: 'alerts',
        ...(camera === undefined ? {} : { cameraId: camera }),
        ...(label === undefined ? {} : { label }),
      }
      let position = since === undefined && follow ? reader.last() : 0
      if (since !== undefined) position = reader.positionBefore(sinceMs(since, Date.now()))
      let stopped = false
      const stop = () => {
        stopped = true
      }
      process.once('SIGINT', stop).once('SIGTERM', stop)
      process.stdout.on('error', stop)
      while (!stopped) {
        const events = reader.after(position, pageEvents, filter)
        for (const event of events) {
          const line = options.json ? structuredEvent(event) : describeAlertData(JSON.parse(event.dataJson))
          process.stdout.write(`${line}\n`)
        }
        position = events.at(-1)?.position ?? position
        if (events.length === pageEvents) continue
        if (!follow) break
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
      reader.close()
    })
}

const unitMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }

/** A point in time from text; exported for its test. */
export function sinceMs(text: string, nowMs: number): number {
  const ago = /^(\d+)([smhd])$/.exec(text)
  if (ago) return nowMs - Number(ago[1]) * unitMs[ago[2]!]!
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new AppError(
      'API_BAD_REQUEST',
      `--since ${text}: give a time such as 2026-05-01T08:00:00Z, or 10m, 2h, 1d`,
    )
  return time
}
