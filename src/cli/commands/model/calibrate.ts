import type { Command } from 'commander'
import type { Config } from '../../../config/schema.ts'
import { AppError } from '../../../core/errors.ts'
import { threadsOption } from '../../options/whole-option.ts'

interface Options {
  config: string
  camera?: string[]
  footage?: string[]
  since: string
  until?: string
  threads?: string
  json?: boolean
}

export function registerCalibrate(model: Command): void {
  model
    .command('calibrate <model>')
    .description(
      'Tell an anomaly model what is normal for cameras; a running Vireo takes it within a minute.',
    )
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--camera <ids...>', 'cameras (default: every camera that the model watches)')
    .option('--footage <paths...>', 'normal videos of one camera (default: its continuous recording)')
    .option('--since <time>', 'recording from then on: a time, or how long ago', '1d')
    .option('--until <time>', 'recording until then (default: now)')
    .option('--threads <n>', 'threads; all cores but one unless given')
    .option('--json', 'progress (stderr) and a JSON line for each camera')
    .action(async (name: string, options: Options) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { systemClock: clock } = await import('../../../core/clock.ts')
      const { calibrateCamera } = await import('../../../../pipelines/learn/calibrate-cameras.ts')
      const { showProgress, stopOnSignal } = await import('../../show-progress.ts')
      const config = loadConfigToRead(options.config)
      const cameras = camerasOf(config, name, options)
      const bundleDir = await bundleDirOf(config, name)
      const onProgress = showProgress(options.json ?? false)
      const signal = stopOnSignal()
      const threads = threadsOption(options.threads)
      for (const cameraId of cameras) {
        const footage = await footageOf(config, cameraId, options)
        const told = await calibrateCamera({
          ...{ bundleDir, cameraId, footage, dataDir: config.dataDir, threads, clock, onProgress, signal },
        })
        const { model: version, tubelets, seconds, path } = told
        print(
          options.json
            ? JSON.stringify(told)
            : `${cameraId}: ${version} is calibrated on ${tubelets} tubelets (${seconds} s of footage): ${path}`,
        )
      }
    })
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

/** Of a model of the configuration, also from the registry, or of a folder. */
async function bundleDirOf(config: Config, name: string): Promise<string> {
  const configured = config.models.filter((model) => model.name === name)
  if (configured.length === 0) return name
  const { systemClock: clock } = await import('../../../core/clock.ts')
  const { openModelRegistry } = await import('../../../registry/model-registry.ts')
  const { registryDir } = await import('../../../core/data-dir.ts')
  const { resolveModels } = await import('../../../../pipelines/live/follow-registry.ts')
  const registry = openModelRegistry({ dir: registryDir(config.dataDir), clock })
  try {
    return resolveModels({ ...config, models: configured }, registry)[0]!.path
  } finally {
    registry.close()
  }
}

async function footageOf(config: Config, cameraId: string, { footage, since, until }: Options) {
  if (footage) {
    const { readFootage } = await import('../../../train/data/labelled-set.ts')
    return readFootage(footage)
  }
  const { systemClock } = await import('../../../core/clock.ts')
  const { recordedFootage } = await import('../../../../pipelines/learn/calibrate-cameras.ts')
  const { sinceMs } = await import('../../options/since-ms.ts')
  const { timeZoneOf } = await import('../../options/time-zone.ts')
  const timeZone = timeZoneOf(config)
  const nowMs = systemClock.nowMs()
  const toMs = until === undefined ? nowMs : sinceMs(until, nowMs, { timeZone, option: '--until' })
  return recordedFootage({
    dataDir: config.dataDir,
    cameraId,
    fromMs: sinceMs(since, nowMs, { timeZone }),
    toMs,
  })
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
