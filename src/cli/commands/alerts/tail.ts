import { once } from 'node:events'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import type { OutboxEvent } from '../../../core/events.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import type { OutboxFilter, OutboxReader } from '../../../store/tables/outbox-reader.ts'

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
    .description(
      'Print alerts as they are accepted. Begins with new ones, or with the oldest when it does not follow.',
    )
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--camera <id>', 'only this camera')
    .option('--label <label>', 'only this label')
    .option(
      '--since <time>',
      'begin here: 10m, 2h, 1d ago, or a time such as "2026-05-01 08:00" (of behaviours.timeZone) or 2026-05-01T08:00:00Z',
    )
    .option('--no-follow', 'end after what is there')
    .option('--json', 'one CloudEvent a line')
    .action(async (options: Options) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { openOutboxReader } = await import('../../../store/tables/outbox-reader.ts')
      const { structuredEvent } = await import('../../../event/cloud-event.ts')
      const { describeAlertData } = await import('../../describe-step.ts')
      const { sinceMs } = await import('../../options/since-ms.ts')
      const { timeZoneOf } = await import('../../options/time-zone.ts')
      const config = loadConfigToRead(options.config)
      const timeZone = timeZoneOf(config)
      const { camera, label, since, follow } = options
      if (camera !== undefined && !config.cameras.some(({ id }) => id === camera))
        throw new AppError(
          'API_BAD_REQUEST',
          `--camera ${camera}: there is no such camera; there are: ${config.cameras.map(({ id }) => id).join(', ')}`,
        )
      const fromMs = since === undefined ? null : sinceMs(since, Date.now(), { timeZone })
      const reader = openOutboxReader(config.dataDir)
      const { signal, release } = stopSignal()
      const pages = followOutbox({
        reader,
        from: fromMs === null ? (follow ? reader.last() : 0) : reader.positionBefore(fromMs),
        filter: {
          channel: 'alerts',
          ...(camera === undefined ? {} : { cameraId: camera }),
          ...(label === undefined ? {} : { label }),
        },
        wait: follow ? () => pause(pollMs, undefined, { signal }) : null,
        signal,
      })
      try {
        for await (const events of pages) {
          const lines = events.map((event) =>
            options.json ? structuredEvent(event) : describeAlertData(JSON.parse(event.dataJson), timeZone),
          )
          if (!process.stdout.write(lines.map((line) => `${line}\n`).join('')))
            await once(process.stdout, 'drain', { signal })
        }
      } catch (thrown) {
        if (!signal.aborted) throw thrown
      } finally {
        release()
        reader.close()
      }
    })
  alerts
    .command('dead-letters')
    .description('Events that a receiver will never take, the newest first.')
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--json', 'one event a line')
    .action(async (options: { config: string; json?: boolean }) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { openDeadLetters } = await import('../../../store/tables/dead-letters.ts')
      const reader = openDeadLetters(loadConfigToRead(options.config).dataDir)
      try {
        for (const letter of reader.list({ limit: 1000 }).items) {
          const { setAsideMs, sink, key, attributes, reason } = letter
          const line = `${new Date(setAsideMs).toISOString()}  ${sink}  ${key}  ${attributes.type}  ${cleanLine(reason)}`
          process.stdout.write(`${options.json ? JSON.stringify(letter) : line}\n`)
        }
      } finally {
        reader.close()
      }
    })
}

/**
 * Pages of events after a position, in order, then what comes; asks the database for one number while nothing new
 * is there, whatever the filter leaves out. `wait` passes the time between two looks; null ends after what is there.
 */
export async function* followOutbox(options: {
  reader: Pick<OutboxReader, 'after' | 'last'>
  from: number
  filter: OutboxFilter
  wait: (() => Promise<unknown>) | null
  signal: AbortSignal
}): AsyncGenerator<OutboxEvent[]> {
  const { reader, filter, wait, signal } = options
  let position = options.from
  while (!signal.aborted) {
    const last = reader.last()
    const events = last > position ? reader.after(position, pageEvents, filter) : []
    if (events.length > 0) yield events
    const seen = events.at(-1)?.position ?? 0
    const full = events.length === pageEvents
    position = full ? seen : Math.max(position, last, seen)
    if (full) await turn()
    else if (wait) await wait()
    else return
  }
}

/** Aborts on Ctrl-C, SIGTERM and when the reader of the output goes away (`| head`). */
function stopSignal(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  process.stdout.on('error', stop)
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', stop).off('SIGTERM', stop)
    },
  }
}
