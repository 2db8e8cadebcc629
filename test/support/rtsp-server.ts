import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface RtspServer {
  readonly port: number
  readonly pid: number
  /** Address of a mount, with the user and password when the server wants them. */
  url(mount: string): string
  kill(signal?: NodeJS.Signals): Promise<void>
  pause(): void
  resume(): void
  /** A server like this one again, on the same port. */
  restart(): Promise<RtspServer>
}

export interface RtspServerOptions {
  /** Path of each stream, such as '/gate', to a video file in H.264 or H.265. */
  readonly mounts: Readonly<Record<string, string>>
  /** Sound of some of them: path of the stream to a WAV file. */
  readonly sounds?: Readonly<Record<string, string>>
  readonly port?: number
  readonly user?: string
  readonly password?: string
}

const script = join(import.meta.dirname, 'rtsp-camera.py')

/** Starts Debian's GStreamer RTSP server as one or several cameras; resolves when it listens. */
export async function startRtspServer(options: RtspServerOptions): Promise<RtspServer> {
  const { mounts, sounds = {}, port = 0, user, password } = options
  const login = user === undefined ? [] : ['--user', user, '--password', password ?? '']
  const files = Object.entries(mounts).flatMap(([mount, file]) => ['--mount', `${mount}=${file}`])
  for (const [mount, file] of Object.entries(sounds)) files.push('--sound', `${mount}=${file}`)
  const child = spawn('/usr/bin/python3', [script, '--port', String(port), ...login, ...files], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-4000)
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve)),
    ended.then(() => ''),
  ])
  if (line === '') throw new Error(`the RTSP server ended at once: ${said}`)
  const bound = (JSON.parse(line) as { port: number }).port
  const auth = user === undefined ? '' : `${user}:${encodeURIComponent(password ?? '')}@`

  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }
  return {
    port: bound,
    pid: child.pid!,
    url: (mount) => `rtsp://${auth}127.0.0.1:${bound}${mount}`,
    kill,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async restart() {
      await kill()
      return startRtspServer({ ...options, port: bound })
    },
  }
}
