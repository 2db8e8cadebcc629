import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { checkConfig } from '../../../pipelines/live/check-config.ts'
import { parseConfig } from '../../config/load.ts'
import { variablesFile } from '../../config/variables-for.ts'
import { variablesText } from '../../config/variables-text.ts'
import { AppError } from '../../core/errors.ts'
import { readPassword } from '../read-password.ts'
import { type StopSignal, stopSignal } from '../run/stop-signal.ts'
import { type Ask, createAsk, givenUp } from './ask.ts'
import type { Passwords, SeenCamera } from './camera-draft.ts'
import { composeConfig } from './compose-config.ts'
import { type FindOptions, findCameras } from './find-cameras.ts'
import { freePort } from './free-port.ts'
import { installPeople, pathFrom, shippedActions } from './install-people.ts'
import { lookAtCameras } from './look-at-cameras.ts'
import { checkAnswers, missingAnswers, type SiteAnswers, siteAnswers } from './site-answers.ts'
import { textOf, writeSite } from './write-site.ts'

export interface InitOptions extends FindOptions {
  readonly config: string
  readonly timeZone?: string
  readonly closed?: string
  readonly from?: string
  readonly install: boolean
  /** Folder of the model of people; absent: models/people beside the configuration. */
  readonly peopleDir?: string
  readonly logLevel?: 'warn' | 'error'
  readonly yes?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** What was made. */
export interface MadeSite {
  readonly config: string
  /** The file with the passwords; null where no camera has one. */
  readonly variables: string | null
  readonly cameras: readonly { readonly id: string; readonly picture: string; readonly video: string }[]
  /** Folder of the model of people; null: motion is watched. */
  readonly model: string | null
  readonly rules: readonly string[]
}

/** Where a password comes from when nobody can be asked. */
const variable = 'VIREO_CAMERA_PASSWORD'

/**
 * `vireo init`: from cameras to a configuration that is checked and ready to run. Nothing is written before all of it
 * is known to work, save pictures of the cameras, which go again when it does not come to that.
 */
export async function runInit(options: InitOptions, stop: StopSignal = stopSignal()): Promise<MadeSite> {
  const { config, json } = options
  const say = (text: string) => process.stderr.write(`${json ? JSON.stringify({ progress: text }) : text}\n`)
  if (existsSync(config) && !options.force)
    throw new AppError(
      'API_BAD_REQUEST',
      `${config} is there already: "vireo run --config ${config}" starts it, --force replaces it, --config names another`,
    )
  checkAnswers(options)
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true && !options.yes
  if (!interactive) refuseMissing(options)
  const ask = interactive
    ? createAsk(process.stdin, process.stderr, () => process.kill(process.pid, 'SIGINT'))
    : null
  const pictures: string[] = []
  try {
    return await make(options, { ask, say, signal: stop.signal, pictures })
  } catch (thrown) {
    for (const picture of pictures) await rm(picture, { force: true })
    // Not one that holds anything else.
    for (const folder of new Set(pictures.map(dirname))) await rmdir(folder).catch(() => {})
    throw stop.signal.aborted ? givenUp() : thrown
  } finally {
    ask?.close()
  }
}

/** Whatever is waited for, a signal ends it. Only for what writes nothing. */
async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  const end = () => stopped.reject(givenUp())
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    return await Promise.race([work, stopped.promise])
  } finally {
    signal.removeEventListener('abort', end)
    // What it fails with because it was stopped says nothing.
    work.catch(() => {})
    stopped.promise.catch(() => {})
  }
}

function refuseMissing(options: InitOptions): void {
  const { camera = [], discover, address, yes } = options
  const missing = [
    ...(camera.length > 0 || discover || address !== undefined
      ? []
      : ['--camera rtsp://HOST/PATH --user NAME (or --discover, or --address HOST)']),
    ...(yes ? [] : missingAnswers(options)),
  ]
  if (missing.length === 0) return
  const usual = missing.length > 1 || camera.length > 0 ? '; --yes takes what is usual for the rest' : ''
  throw new AppError('API_BAD_REQUEST', `there is no terminal to ask on; give ${missing.join(', ')}${usual}`)
}

interface Making {
  readonly ask: Ask | null
  readonly say: (text: string) => void
  readonly signal: AbortSignal
  /** Pictures that were written so far. */
  readonly pictures: string[]
}

async function make(options: InitOptions, making: Making): Promise<MadeSite> {
  const { ask, say, signal, pictures } = making
  const passwords: Passwords = new Map()
  const once = new Map<string, Promise<string>>()
  const password = (user: string) => {
    const asked =
      once.get(user) ??
      (process.env[variable] === undefined && ask
        ? ask.secret(`Password of ${decodeURIComponent(user)}`)
        : readPassword(variable, `Password of ${user}: `))
    once.set(user, asked)
    return asked
  }
  const finder = { ask, say, password, passwords }
  const drafts = await unlessStopped(signal, findCameras(options, finder))
  const cameras = await unlessStopped(signal, lookAtCameras(drafts, finder))
  const folder = dirname(resolve(options.config))
  const shown = cameras.map(({ id, picture }) => ({
    path: join(folder, 'snapshots', `${id}.jpg`),
    content: picture,
  }))
  pictures.push(...shown.map(({ path }) => path).filter((path) => !existsSync(path)))
  await writeSite(shown, existsSync)
  for (const { path } of shown) say(`  its picture: ${path}`)
  const answers = await siteAnswers(options, ask, say)
  const people = await peopleOf(options, { ...making, folder })
  signal.throwIfAborted()
  return write(options, {
    cameras,
    answers,
    people,
    passwords,
    pictures: shown.map(({ path }) => path),
    signal,
  })
}

/** The folder of the model of people; null where it is not wanted. */
async function peopleOf(
  { install, from, peopleDir }: InitOptions,
  { say, signal, folder }: Making & { folder: string },
): Promise<string | null> {
  const outDir = peopleDir ?? join(folder, 'models/people')
  if (!install) return existsSync(join(outDir, 'bundle.json')) ? outDir : null
  const { present, version } = await installPeople({
    outDir,
    say,
    signal,
    ...(from !== undefined && { from }),
  })
  say(present ? `people ${version} is there already` : `people ${version} is installed`)
  return outDir
}

async function write(
  options: InitOptions,
  known: {
    cameras: readonly SeenCamera[]
    answers: SiteAnswers
    people: string | null
    passwords: Passwords
    pictures: readonly string[]
    signal: AbortSignal
  },
): Promise<MadeSite> {
  const { config: file } = options
  const { cameras, answers, people, passwords, pictures, signal } = known
  // What the process has already is kept elsewhere.
  const used = new Map(
    [...passwords].filter(
      ([name, value]) => cameras.some(({ variable }) => variable === name) && process.env[name] !== value,
    ),
  )
  const folder = dirname(resolve(file))
  // Relative paths start where commands are started.
  const named = (path: string) => (folder === process.cwd() ? pathFrom(folder, path) : path)
  const actions = people === null ? null : shippedActions()
  const variables = variablesFile(file)
  const text = composeConfig({
    file,
    variablesFile: basename(variables),
    cameras,
    answers,
    dataDir: named(join(folder, 'data')),
    people: people === null ? null : named(people),
    actions: actions && { ...actions, path: named(actions.path) },
    httpPort: await freePort(8080),
    logLevel: options.logLevel ?? 'warn',
  })
  const parsed = parseConfig(text, { file, env: { ...Object.fromEntries(used), ...process.env } })
  await checkConfig(parsed)
  const secrets =
    used.size === 0 ? [] : [{ path: variables, content: variablesText(await textOf(variables), used) }]
  signal.throwIfAborted()
  await writeSite([...secrets, { path: file, content: text }], existsSync)
  return {
    config: file,
    variables: used.size === 0 ? null : variables,
    model: people,
    cameras: cameras.map(({ id, probe }, at) => ({
      id,
      picture: pictures[at]!,
      video: `${probe.codec} ${probe.widthPx}x${probe.heightPx}`,
    })),
    rules: parsed.behaviours.rules.map(({ name }) => name),
  }
}
