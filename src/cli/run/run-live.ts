import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { type LiveSystem, startLiveSystem } from '../../../pipelines/live-system.ts'
import type { FirstAdmin } from '../../../pipelines/site/open-accounts.ts'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import { fileState, watchFile } from '../../config/watch-file.ts'
import type { AlertStep } from '../../core/alert.ts'
import { systemClock } from '../../core/clock.ts'
import { profilesDir } from '../../core/data-dir.ts'
import { type AppError, toAppError } from '../../core/errors.ts'
import { cleanText, jsonText } from '../../core/text/clean-text.ts'
import { createTelemetry, type RunningTelemetry } from '../../telemetry/create-telemetry.ts'
import { createLineWriter } from '../../telemetry/line-writer.ts'
import { createProfiles, type Profiles } from '../../telemetry/take-profiles.ts'
import { describeStep } from '../describe-step.ts'
import { timeZoneOf } from '../options/time-zone.ts'
import { reportError } from '../report-error.ts'
import { endInTime } from './end-in-time.ts'
import { stopSignal } from './stop-signal.ts'

/** A stop may take as long as docs/operations.md says. */
const stopPatienceMs = 9500

export interface RunOptions {
  readonly config: string
  readonly json: boolean
  /** Whether alerts are printed. */
  readonly alerts: boolean
}

/**
 * `vireo run`: attaches the cameras and goes on until a signal. Signals work from the first moment. Whatever fails,
 * what was started is closed, and the process ends with the code of the error in time.
 */
export async function runLive(options: RunOptions): Promise<void> {
  const { stopped, signal } = stopSignal()
  let hangUp = () => {}
  // Before everything runs, a reload has nothing to do; it must not end the process either.
  process.on('SIGHUP', () => hangUp())
  // Not SIGUSR1: Node opens its debugger for that.
  let profiles: Profiles | null = null
  process.on('SIGUSR2', () => void profiles?.take())
  const file = resolve(options.config)
  // Footage of people is for the user that runs this alone, whatever the umask of the shell.
  process.umask(0o077)
  try {
    const from = fileState(file)
    const config = loadConfig(options.config)
    const telemetry = createTelemetry(config.log)
    profiles = createProfiles({ dir: profilesDir(config.dataDir), clock: systemClock, log: telemetry.log })
    const failed = failure(telemetry)
    let firstStart = false
    const onFirstAdmin = (admin: FirstAdmin) => {
      firstStart = true
      tellFirstAdmin(admin)
    }
    const started = await start(config, file, { telemetry, signal, onFirstAdmin })
    if (!started) return
    if (started.console !== null && (firstStart || process.stderr.isTTY)) tellConsole(started.console)
    const cleanups = [() => started.close()]
    try {
      if (options.alerts) started.live.steps$.subscribe(printer(options.json, timeZoneOf(config), telemetry))
      const reload = () => void takeChanges(started, options.config, telemetry)
      cleanups.unshift(watchFile({ file, from, clock: systemClock }, reload) as () => Promise<void>)
      hangUp = reload
      const why = await Promise.race([stopped, failed, started.gone])
      if (typeof why === 'string') telemetry.log.info({ signal: why }, 'stopping')
      else {
        telemetry.log.error({ code: why.code }, `stopping: ${why.message}`)
        reportError(why, options.json)
      }
    } finally {
      hangUp = () => {}
      endInTime(stopPatienceMs)
      for (const clean of cleanups) await clean()
    }
    telemetry.log.info({}, 'stopped')
  } catch (thrown) {
    reportError(thrown, options.json)
    endInTime()
  } finally {
    await profiles?.close()
  }
}

/** The running system; null when a signal came first. */
async function start(
  config: Config,
  configFile: string,
  options: {
    telemetry: RunningTelemetry
    signal: AbortSignal
    onFirstAdmin: (admin: FirstAdmin) => void
  },
): Promise<LiveSystem | null> {
  const { telemetry, signal, onFirstAdmin } = options
  // What hangs at the start does not outlive the signal.
  signal.addEventListener('abort', () => endInTime(), { once: true })
  try {
    return await startLiveSystem({
      config,
      telemetry,
      spawn,
      configFile,
      onFirstAdmin,
      signal,
      clock: systemClock,
      random: Math.random,
    })
  } catch (thrown) {
    if (!signal.aborted) throw thrown
    telemetry.log.info({}, 'stopped before it ran')
    return null
  }
}

/** Shown this once and written nowhere, whatever the level of the log. */
function tellFirstAdmin({ name, password }: FirstAdmin): void {
  process.stderr.write(
    `First start: log in to the console as "${name}" with the password ${password}\n` +
      'It is shown only now. vireo user password sets another one.\n',
  )
}

/** For a person, whatever the level of the log: a program reads it in the line `running`. */
function tellConsole(address: string): void {
  process.stderr.write(`The console is at ${address}\n`)
}

/** An error that nobody caught: told with its code, and what runs is closed in order instead of being cut off. */
function failure(telemetry: RunningTelemetry): Promise<AppError> {
  return new Promise((resolve) => {
    process.on('uncaughtException', (error) => {
      telemetry.log.error({ err: error, code: toAppError(error).code }, 'an error that nobody expected')
      resolve(toAppError(error))
    })
  })
}

function printer(json: boolean, zone: string, telemetry: RunningTelemetry): (step: AlertStep) => void {
  let warned = false
  const writer = createLineWriter(1, (lines) => {
    telemetry.count('vireo_log_lines_lost_total', {}, lines)
    if (!warned) telemetry.log.warn({}, 'alerts cannot be printed; they are kept and delivered all the same')
    warned = true
  })
  return (step) =>
    writer.write(`${json ? jsonText(JSON.stringify(step)) : cleanText(describeStep(step, zone))}\n`)
}

async function takeChanges(system: LiveSystem, file: string, telemetry: RunningTelemetry): Promise<void> {
  try {
    const { attached, detached, changed, retuned, restart } = await system.reload(loadConfig(file))
    telemetry.log.info({ attached, detached, changed, retuned }, 'the configuration was read again')
    if (restart.length > 0) telemetry.log.warn({ restart }, 'these changes take effect after a restart')
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    telemetry.log.error({ code }, `the configuration stays as it was: ${message}`)
  }
}
