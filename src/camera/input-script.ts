import { AppError } from '../core/errors.ts'

/** Protocols that ffmpeg may use to open an RTSP camera; nothing else that a redirect could name. */
const protocols = 'pipe,fd,rtsp,rtsps,rtp,srtp,tcp,udp,tls,crypto'

/** What comes before the input on ffmpeg's command line when its address is told through stdin. */
export const scriptInput: readonly string[] = [
  '-protocol_whitelist',
  protocols,
  '-f',
  'concat',
  '-safe',
  '0',
  '-i',
  'pipe:0',
]

/**
 * The address of a camera as a script for ffmpeg's concat demuxer, to be written to its standard input. On the
 * command line everybody on the machine could read the password in it; the demuxer keeps timestamps and passes
 * the options on (ffmpeg ≥ 5.0, documentation of the concat demuxer).
 */
export function inputScript(url: string, options: Readonly<Record<string, string>>): string {
  if (/[\r\n\0]/.test(url)) throw new AppError('CAMERA_URL', 'the camera address holds a line break')
  const lines = Object.entries(options).map(([name, value]) => `option ${name} ${value}`)
  return ['ffconcat version 1.0', `file '${url.replaceAll("'", "'\\''")}'`, ...lines, ''].join('\n')
}
