import type { Command } from 'commander'
import { calibrateCamera, recordedFootage } from '../../../../pipelines/learn/calibrate-cameras.ts'
import { bundleOf } from '../../../../pipelines/model/bundle-of.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import type { Config } from '../../../config/schema.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { readFootage } from '../../../train/data/labelled-set.ts'
import { inputPath } from '../../options/input-path.ts'
import { moment, sinceMs } from '../../options/since-ms.ts'
import { timeZoneOf } from '../../options/time-zone.ts'
import { configOption, jsonOption, sinceOption, threadsOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { showProgress, stopOnSignal } from '../../show-progress.ts'

interface Options {
  config: string
  camera?: string[]
  footage?: string[]
  since: string
  until?: string
  threads: number
  json?: boolean
}

export function modelCalibrate(command: Command): void {
  command
    .addOption(configOption())
    .option('--camera <ids...>', 'cameras (default: every camera that the model watches)')
    .option(
      '--footage <paths...>',
      'normal videos of one camera (default: its continuous recording)',
      inputPath,
    )
    .addOption(sinceOption('recording from then on: a time, or how long ago').default('1d'))
    .option('--until <time>', 'recording until then (default: now)', moment)
    .addOption(threadsOption())
    .addOption(jsonOption('progress (stderr) and a JSON line for each camera'))
    .action(calibrate)
}

async function calibrate(name: string, options: Options): Promise<void> {
  const config = loadConfigToRead(options.config)
  const { dataDir } = config
  const cameras = camerasOf(config, name, options)
  const bundleDir = bundleOf(config, name, clock)
  const onProgress = showProgress(options.json ?? false)
  const signal = stopOnSignal()
  for (const cameraId of cameras) {
    const footage = await footageOf(config, cameraId, options)
    const calibrated = await calibrateCamera({
      bundleDir,
      cameraId,
      footage,
      dataDir,
      threads: options.threads,
      clock,
      onProgress,
      signal,
    })
    const { model, tubelets, seconds, path } = calibrated
    printLine(
      options.json
        ? JSON.stringify(calibrated)
        : `${cameraId}: ${model} is calibrated on ${tubelets} tubelets (${seconds} s of footage): ${path}`,
    )
  }
}

/** @throws AppError API_BAD_REQUEST */
function camerasOf({ cameras }: Config, model: string, { camera, footage }: Options): string[] {
  const refuse = (text: string) => new AppError('API_BAD_REQUEST', text)
  const known = cameras.map(({ id }) => id)
  const unknown = camera?.find((id) => !known.includes(id))
  if (unknown !== undefined)
    throw refuse(`--camera ${unknown}: the configuration has ${known.join(', ') || 'no cameras'}`)
  if (footage && camera?.length !== 1) throw refuse('--footage: name the one --camera that it is of')
  const watched = cameras.filter(({ models }) => models === undefined || models.includes(model))
  const chosen = camera ?? watched.map(({ id }) => id)
  if (chosen.length === 0) throw refuse(`${model} watches no camera; name one with --camera`)
  return chosen
}

function footageOf(config: Config, cameraId: string, { footage, since, until }: Options) {
  if (footage) return readFootage(footage)
  const timeZone = timeZoneOf(config)
  const nowMs = clock.nowMs()
  const toMs = until === undefined ? nowMs : sinceMs(until, nowMs, { timeZone, option: '--until' })
  const fromMs = sinceMs(since, nowMs, { timeZone })
  return recordedFootage({ dataDir: config.dataDir, cameraId, fromMs, toMs })
}
