import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { type Digest, type DigestProgress, makeDigest } from '../../../pipelines/record/digest.ts'
import { loadConfigToRead } from '../../config/load-to-read.ts'
import { systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { cleanLine } from '../../core/text/clean-text.ts'
import { captionChoices } from '../../record/digest/choose-captions.ts'
import { choice } from '../options/choice.ts'
import { decimal } from '../options/decimal.ts'
import { day, digestSpan } from '../options/digest-span.ts'
import { length } from '../options/length.ts'
import { moment } from '../options/since-ms.ts'
import { timeZone, timeZoneOf } from '../options/time-zone.ts'
import { configOption, jsonOption, sinceOption } from '../options/usual-options.ts'
import { whole } from '../options/whole.ts'
import { printLine } from '../print-line.ts'
import { durationText } from '../show-progress.ts'

interface Options {
  config: string
  camera?: string[]
  day?: string
  since?: string
  until?: string
  out?: string
  length?: number
  context: number
  speed: number
  height: number
  captions: (typeof captionChoices)[number]
  timeZone?: string
  keyframes?: boolean
  overwrite?: boolean
  json?: boolean
}

export function digest(command: Command): void {
  command
    .addOption(configOption())
    .option('--camera <id...>', 'only these cameras')
    .option('--day <day>', 'a day such as 2026-05-01, today or yesterday', day)
    .addOption(sinceOption('begin here: a time, or 10m, 2h, 1d ago (the last 24 hours unless said)'))
    .option('--until <time>', 'end here (now unless said)', moment)
    .option('--out <file>', 'the film; named after its time unless said')
    .option(
      '--length <length>',
      'longest film, such as 90s, 3m; alerts come first, then what moves most',
      length,
    )
    .addOption(
      new Option('--context <length>', 'shown before and after an alert')
        .argParser(length)
        .default(length('5s'), '5s'),
    )
    .option(
      '--speed <factor>',
      'how many times faster everything but alerts is shown',
      decimal({ least: 1, most: 100 }),
      1,
    )
    .option('--height <pixels>', 'height of the picture', whole({ least: 120, most: 2160 }), 720)
    .option('--captions <kind>', 'auto, burn, subtitles or none', choice(captionChoices), 'auto')
    .option(
      '--time-zone <name>',
      'whose clocks are shown: behaviours.timeZone, or that of this machine',
      timeZone,
    )
    .option('--keyframes', 'look for motion between keyframes only: many times faster, misses short motion')
    .option('--overwrite', 'replace the film when it is there already')
    .addOption(jsonOption('progress (stderr) and result as JSON'))
    .action(film)
}

async function film(options: Options): Promise<void> {
  const { json = false } = options
  const config = loadConfigToRead(options.config)
  const zone = timeZoneOf(config, options.timeZone)
  const { name, ...span } = digestSpan(options, zone, Date.now())
  const output = options.out ?? name
  if (existsSync(output) && !options.overwrite)
    throw new AppError('API_BAD_REQUEST', `--out ${output}: is there already; give --overwrite`)
  const unknown = options.camera?.find((id) => !config.cameras.some((camera) => camera.id === id))
  if (unknown !== undefined && config.cameras.length > 0)
    process.stderr.write(`${unknown}: no camera of the configuration; looking for its recordings\n`)
  const made = await makeDigest({
    config,
    ...span,
    output,
    timeZone: zone,
    spawn,
    clock: systemClock,
    signal: stopAtOnce(),
    cameras: options.camera ?? [],
    contextMs: options.context,
    lengthMs: options.length ?? null,
    speed: options.speed,
    heightPx: Math.round(options.height / 2) * 2,
    captions: options.captions,
    keyframesOnly: options.keyframes ?? false,
    onProgress: progressTo(json),
    onNotice: (text) => void process.stderr.write(`${json ? JSON.stringify({ notice: text }) : text}\n`),
  })
  printLine(json ? JSON.stringify(made) : describeDigest(made))
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
function progressTo(json: boolean): (progress: DigestProgress) => void {
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
function describeDigest(digest: Digest): string {
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
