import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { randomScript } from '../../src/simulate/random-script.ts'
import type { Story } from '../../src/simulate/stories.ts'
import { writeVideo } from '../../src/simulate/write-video.ts'
import { type RtspServer, startRtspServer } from './rtsp-server.ts'
import { tempDir } from './temp-dir.ts'
import { type VireoProcess, vireo } from './vireo-process.ts'

export interface ConsoleCamera {
  readonly id: string
  /** Absent: a simulated scene of 20 s in which people walk, fall and wave, again and again. */
  readonly video?: string
  /** More lines of its entry in the configuration, indented as a field of it. */
  readonly fields?: string
}

export interface ConsoleOptions {
  /** One camera `gate` unless told otherwise. */
  readonly cameras?: readonly ConsoleCamera[]
  /** Whole sections of the configuration (YAML) beside version, dataDir, cameras, models and http. */
  readonly sections?: string
  /** What stands in `models`; absent: the model that ships, of actions. Empty: none. */
  readonly models?: string
  /** Fields of `http` beside `port: 0`, as in `token: "…"`. Absent: nobody has to log in. */
  readonly http?: string
  /** Where data lie; absent: a new folder. */
  readonly dataDir?: string
}

export interface PageOptions {
  readonly theme?: 'light' | 'dark'
  readonly language?: 'en' | 'zh'
  readonly widthPx?: number
  readonly heightPx?: number
  /** Cookies and storage of a page before; absent: a browser that knows nothing. */
  readonly context?: BrowserContext
}

/** A running Vireo with simulated RTSP cameras, and a real Chromium that looks at it. */
export interface RunningConsole {
  readonly address: string
  readonly configFile: string
  readonly dataDir: string
  readonly vireo: VireoProcess
  /** Null without cameras. */
  readonly rtsp: RtspServer | null
  readonly browser: Browser
  /**
   * Opens a page of the console, such as `/alerts`. What it says on its console, and files that it fails to load,
   * are kept in `faults`.
   */
  open(path: string, options?: PageOptions): Promise<Page & { readonly faults: string[] }>
  close(): Promise<void>
}

const root = join(import.meta.dirname, '../..')
const text = (value: string) => JSON.stringify(value)

export async function startConsole(options: ConsoleOptions = {}): Promise<RunningConsole> {
  const cameras = options.cameras ?? [{ id: 'gate' }]
  const folder = tempDir('console')
  const dataDir = options.dataDir ?? join(folder, 'data')
  const mounts: Record<string, string> = {}
  for (const { id, video } of cameras) mounts[`/${id}`] = video ?? (await consoleVideo())
  const rtsp = cameras.length > 0 ? await startRtspServer({ mounts }) : null
  const configFile = join(folder, 'vireo.yaml')
  const models =
    options.models ??
    `  - { name: actions, path: ${text(join(root, 'models/actions'))}, intraOpThreads: 1, allowSimulated: true }`
  writeFileSync(
    configFile,
    [
      'version: 1',
      `dataDir: ${text(dataDir)}`,
      cameras.length > 0 ? 'cameras:' : 'cameras: []',
      ...cameras.map(
        ({ id, fields = '' }) => `  - id: ${id}\n    url: ${text(rtsp!.url(`/${id}`))}\n${fields}`,
      ),
      models === '' ? '' : `models:\n${models}`,
      `http: { port: 0, ${options.http ?? 'access: open'} }`,
      options.sections ?? '',
      '',
    ].join('\n'),
  )
  const process = vireo(['run', '--config', configFile])
  const browser = await startBrowser()
  const close = async () => {
    await browser.close()
    process.child.kill('SIGTERM')
    await process.ended
    await rtsp?.kill()
  }
  try {
    const address = await addressOf(process)
    return {
      address,
      configFile,
      dataDir,
      vireo: process,
      rtsp,
      browser,
      close,
      open: (path, page = {}) => openPage(browser, `${address}/console${path}`, page),
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** Debian's Chromium, or the one that VIREO_CHROMIUM names; without a screen. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.VIREO_CHROMIUM ?? '/usr/bin/chromium',
    // In a container it runs as root, where its sandbox cannot be made, and /dev/shm is small.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
  })
}

/** Opens an address with colours, language and size as told, and keeps what goes wrong there. */
export async function openPage(browser: Browser, url: string, options: PageOptions = {}) {
  const { theme = 'light', language = 'en', widthPx = 1280, heightPx = 800 } = options
  const context =
    options.context ??
    (await browser.newContext({
      viewport: { width: widthPx, height: heightPx },
      colorScheme: theme,
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      reducedMotion: 'reduce',
    }))
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await page.goto(url)
  return Object.assign(page, { faults })
}

/**
 * Resolves when an expression of the page's own JavaScript is true; the browser looks at every frame. It is evaluated
 * from outside: the page's policy lets no text become a script.
 */
export async function until(page: Page, expression: string, timeoutMs = 30_000): Promise<void> {
  await page.evaluate(`new Promise((resolve, reject) => {
    const endMs = performance.now() + ${timeoutMs}
    const look = () => {
      if (${expression}) resolve()
      else if (performance.now() > endMs) reject(new Error(${JSON.stringify(`never true: ${expression}`)}))
      else requestAnimationFrame(look)
    }
    look()
  })`)
}

function addressOf({ child, ended, errors }: VireoProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface(child.stderr!).on('line', (line) => {
      const found = /"address":"([^"]+)".*"msg":"running"/.exec(line)?.[1]
      if (found) resolve(found)
    })
    ended.then(() => reject(new Error(`vireo run ended: ${errors().slice(-3000)}`)))
  })
}

/** A scene in which things happen early and often, made once. */
export async function consoleVideo(
  stories: readonly Story[] = ['pass', 'fall', 'wave'],
  seed = 5_000_001,
): Promise<string> {
  const folder = join(root, '.cache/video')
  const file = join(folder, `console-${stories.join('-')}-${seed}.mp4`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const part = file.replace(/\.mp4$/, `.${process.pid}.mp4`)
  const script = randomScript({ seed, durationS: 20, styleSet: 'train', stories, perMinute: 12 })
  const settings = { widthPx: 640, heightPx: 360, fps: 25, codec: 'h264', gopS: 1 } as const
  await writeVideo({ script, file: part, settings, spawn })
  renameSync(part, file)
  return file
}
