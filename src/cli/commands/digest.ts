import type { Command } from 'commander'
import type { Digest, DigestProgress } from '../../../pipelines/record/digest.ts'
import { AppError } from '../../core/errors.ts'
import { cleanLine } from '../../core/text/clean-text.ts'

interface Options {
  config: string
  camera?: string[]
  day?: string
  since?: string
  until?: string
  out?: string
  length?: string
  context: string
  speed: string
  height: string
  captions: string
  timeZone?: string
  keyframes?: boolean
  overwrite?: boolean
  json?: boolean
}

export function registerDigest(program: Command): void {
  program
    .command('digest')
    .description(
      'A summary film of what was recorded: every alert, what moves, and nothing that stands still.',
    )
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--camera <id...>', 'only these cameras')
    .option('--day <day>', 'a day such as 2026-05-01, today or yesterday')
    .option('--since <time>', 'begin here: a time, or 10m, 2h, 1d ago (the last 24 hours unless said)')
    .option('--until <time>', 'end here (now unless said)')
    .option('--out <file>', 'the film; named after its time unless said')
    .option('--length <length>', 'longest film, such as 90s, 3m; alerts come first, then what moves most')
    .option('--context <length>', 'shown before and after an alert', '5s')
    .option('--speed <factor>', 'how many times faster everything but alerts is shown', '1')
    .option('--height <pixels>', 'height of the picture', '720')
    .option('--captions <kind>', 'auto, burn, subtitles or none', 'auto')
    .option('--time-zone <name>', 'whose clocks are shown: behaviours.timeZone, or that of this machine')
    .option('--keyframes', 'look for motion between keyframes only: many times faster, misses short motion')
    .option('--overwrite', 'replace the film when it is there already')
    .option('--json', 'progress (stderr) and result as JSON')
    .action(async (options: Options) => {
      const { spawn } = await import('node:child_process')
      const { existsSync } = await import('node:fs')
      const { loadConfigToRead } = await import('../../config/load-to-read.ts')
      const { systemClock } = await import('../../core/clock.ts')
      const { makeDigest } = await import('../../../pipelines/record/digest.ts')
      const { digestSpan } = await import('../options/digest-span.ts')
      const { timeZoneOf } = await import('../options/time-zone.ts')
      const { durationMs } = await import('../options/duration-ms.ts')
      const config = loadConfigToRead(options.config)
      const timeZone = timeZoneOf(config, options.timeZone)
      const { name, ...span } = digestSpan(options, timeZone, Date.now())
      const output = options.out ?? name
      if (existsSync(output) && !options.overwrite)
        throw new AppError('API_BAD_REQUEST', `--out ${output}: is there already; give --overwrite`)
      const unknown = options.camera?.find((id) => !config.cameras.some((camera) => camera.id === id))
      if (unknown !== undefined && config.cameras.length > 0)
        process.stderr.write(`${unknown}: no camera of the configuration; looking for its recordings\n`)
      const digest = await makeDigest({
        ...{ config, ...span, output, timeZone, spawn, clock: systemClock, signal: stopAtOnce() },
        cameras: options.camera ?? [],
        contextMs: durationMs('--context', options.context),
        lengthMs: options.length === undefined ? null : durationMs('--length', options.length),
        speed: numberOf('--speed', options.speed, 1, 100),
        heightPx: numberOf('--height', options.height, 120, 2160),
        captions: await captionsOf(options.captions),
        keyframesOnly: options.keyframes ?? false,
        onProgress: await progressTo(options.json ?? false),
        onNotice: (text) =>
          void process.stderr.write(`${options.json ? JSON.stringify({ notice: text }) : text}\n`),
      })
      process.stdout.write(`${options.json ? JSON.stringify(digest) : describeDigest(digest)}\n`)
    })
}

async function captionsOf(text: string) {
  const { captionChoices } = await import('../../record/digest/choose-captions.ts')
  const found = captionChoices.find((choice) => choice === text)
  if (found) return found
  throw new AppError('API_BAD_REQUEST', `--captions ${text}: give one of ${captionChoices.join(', ')}`)
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (value >= least && value <= most) return option === '--height' ? Math.round(value / 2) * 2 : value
  throw new AppError('API_BAD_REQUEST', `${option} ${text}: give a number from ${least} to ${most}`)
}

/** Aborts at Ctrl-C or SIGTERM; what was made so far is removed. */
function stopAtOnce(): AbortSignal {
  const controller = new AbortController()
  const stop = () =>
    controller.abort(new AppError('MEDIA_STOPPED', 'it was stopped; no film was made, nothing was changed'))
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop)
  return controller.signal
}

/** Says on stderr where it is, at most every two seconds and at the end of each phase. */
async function progressTo(json: boolean): Promise<(progress: DigestProgress) => void> {
  const { durationText } = await import('../show-progress.ts')
  let shownMs = Number.NEGATIVE_INFINITY
  return (progress) => {
    const { phase, done, total, etaS } = progress
    const nowMs = performance.now()
    if (done < total && nowMs - shownMs < 2000) return
    shownMs = nowMs
    const what =
      phase === 'scan'
        ? `look for motion  ${done}/${total} files`
        : `film  ${seconds(done)}/${seconds(total)} s`
    const left = done < total ? `  ${durationText(etaS)} left` : ''
    process.stderr.write(`${json ? JSON.stringify(progress) : what + left}\n`)
  }
}

const seconds = (ms: number) => Math.round(ms / 1000)

/** A few lines for people. */
export function describeDigest(digest: Digest): string {
  const { file, durationMs, bytes, footageMs, chapters, alerts, alertsNotShown, captions } = digest
  const shown = alerts - alertsNotShown.length
  return [
    `${file}  ${seconds(durationMs)} s of ${Math.round(footageMs / 60_000)} min, ${(bytes / 1e6).toFixed(1)} MB`,
    `alerts: ${shown} of ${alerts}${alertsNotShown.length > 0 ? ' (of the others nothing is recorded, or there was no room)' : ''}; captions: ${captions}`,
    ...chapters.map(({ fromMs, title }) => `  ${clockText(fromMs)}  ${cleanLine(title)}`),
  ].join('\n')
}

function clockText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}
