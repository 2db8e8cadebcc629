import { execFileSync, spawn } from 'node:child_process'

/** A program or library outside npm that the demo or the suite needs. */
export interface SystemTool {
  readonly name: string
  /** Command that succeeds when the tool is there. */
  readonly check: readonly [string, ...string[]]
  readonly aptPackages: readonly string[]
}

export const systemTools = {
  ffmpeg: { name: 'ffmpeg', check: ['ffmpeg', '-version'], aptPackages: ['ffmpeg'] },
  rtspServer: {
    name: 'GStreamer RTSP server',
    check: [
      '/usr/bin/python3',
      '-c',
      "import gi; gi.require_version('GstRtspServer','1.0'); from gi.repository import Gst; Gst.init(None); " +
        "assert all(Gst.ElementFactory.find(n) for n in ('rtph264pay','qtdemux','h264parse','h265parse'))",
    ],
    aptPackages: [
      'python3',
      'python3-gi',
      'gir1.2-gst-rtsp-server-1.0',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
    ],
  },
  java: { name: 'Java', check: ['java', '-version'], aptPackages: ['default-jre-headless'] },
  chromium: {
    name: 'Chromium',
    check: ['chromium', '--version'],
    // The second for pages in Chinese.
    aptPackages: ['chromium', 'fonts-wqy-microhei'],
  },
  maven: { name: 'Maven', check: ['mvn', '-v'], aptPackages: ['maven'] },
} as const satisfies Record<string, SystemTool>

export type SystemToolId = keyof typeof systemTools

export function hasTool(id: SystemToolId): boolean {
  const [program, ...args] = systemTools[id].check
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 30_000 })
    return true
  } catch {
    return false
  }
}

/**
 * Installs what is missing with apt, as root or through a sudo that asks nothing. Resolves with what is still
 * missing and the command that a person would run; never throws.
 */
export async function prepareMachine(
  ids: readonly SystemToolId[],
  log: (line: string) => void,
): Promise<{ missing: readonly SystemToolId[]; instruction: string }> {
  const absent = ids.filter((id) => !hasTool(id))
  if (absent.length === 0) return { missing: [], instruction: '' }
  const packages = [...new Set(absent.flatMap((id) => systemTools[id].aptPackages))]
  const instruction = `sudo apt-get install -y ${packages.join(' ')}`
  const prefix = aptPrefix()
  if (prefix) {
    log(`installing ${absent.map((id) => systemTools[id].name).join(', ')} with apt…`)
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
    const ready =
      (await apt(prefix, install, log)) ||
      ((await apt(prefix, ['update', '-qq'], log)) && (await apt(prefix, install, log)))
    log(ready ? 'installed.' : `apt-get failed; try: ${instruction}`)
  }
  return { missing: absent.filter((id) => !hasTool(id)), instruction }
}

function aptPrefix(): readonly string[] | null {
  const works = (program: string, args: string[]) => {
    try {
      execFileSync(program, args, { stdio: 'ignore', timeout: 10_000 })
      return true
    } catch {
      return false
    }
  }
  if (!works('apt-get', ['--version'])) return null
  if (process.getuid?.() === 0) return []
  return works('sudo', ['-n', 'true']) ? ['sudo', '-n'] : null
}

function apt(prefix: readonly string[], args: readonly string[], log: (line: string) => void) {
  const [program, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
  return new Promise<boolean>((resolve) => {
    const child = spawn(program!, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
    let last = ''
    child.stderr.on('data', (chunk) => {
      last = String(chunk).trim().split('\n').at(-1) ?? last
    })
    child.on('error', () => resolve(false))
    child.on('close', (code) => {
      if (code !== 0 && last) log(`apt-get: ${last}`)
      resolve(code === 0)
    })
  })
}
