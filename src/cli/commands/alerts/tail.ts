import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { AppError } from '../../../core/errors.ts'
import { structuredEvent } from '../../../event/cloud-event.ts'
import { openOutboxReader } from '../../../store/tables/outbox-reader.ts'
import { describeAlertEvent } from '../../describe-step.ts'
import { sinceMs } from '../../options/since-ms.ts'
import { timeZoneOf } from '../../options/time-zone.ts'
import { cameraOption, configOption, jsonOption, sinceOption } from '../../options/usual-options.ts'
import { followOutbox } from './follow-outbox.ts'

interface Options {
  config: string
  json?: boolean
  camera?: string
  label?: string
  since?: string
  follow: boolean
}

const pollMs = 250

export function alertsTail(command: Command): void {
  command
    .addOption(configOption())
    .addOption(cameraOption())
    .option('--label <label>', 'only this label')
    .addOption(
      sinceOption(
        'begin here: 10m, 2h, 1d ago, or a time such as "2026-05-01 08:00" (of behaviours.timeZone) or 2026-05-01T08:00:00Z',
      ),
    )
    .option('--no-follow', 'end after what is there')
    .addOption(jsonOption('one CloudEvent a line'))
    .action(tail)
}

async function tail({ config: file, camera, label, since, follow, json }: Options): Promise<void> {
  const config = loadConfigToRead(file)
  const timeZone = timeZoneOf(config)
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
        json ? structuredEvent(event) : describeAlertEvent(event, timeZone),
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
