import type { ChildProcess, spawn as nodeSpawn, StdioOptions } from 'node:child_process'
import { AppError, toAppError } from '../core/errors.ts'
import type { FrameStreamSpec } from '../core/frame.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { classifyFailure, type Failure, notVideo } from './classify-failure.ts'
import { endingWithParent, notStartedPattern } from './end-with-parent.ts'
import type { FfmpegCommand } from './ffmpeg-arguments.ts'
import { createFragmentReader, type FragmentBody } from './fragment-reader.ts'
import type { HttpBody } from './http/open-body.ts'
import { createNutReader } from './nut-reader.ts'
import { createPulseReader, type PulseEvents } from './pulse-reader.ts'
import type { ReadPipe } from './read-pipes.ts'

/** Times are the source's, with all that may be wrong with them; null where it has none. */
export interface ProcessEvents extends PulseEvents {
  /** `pictureAspect`: width of the camera's picture as a share of its height, or null. */
  onFrame(streamIndex: number, data: Uint8Array, ptsUs: number | null, pictureAspect: number | null): void
  onFragment(fragment: FragmentBody): void
  /** Samples of sound as core/sound.ts says. */
  onSound(data: Uint8Array, ptsUs: number | null): void
  /** One line that ffmpeg wrote; may hold a secret. */
  onLog(line: string): void
  /** Called once, when the process is gone and all its bytes were read. */
  onEnd(end: { readonly failure: Failure; readonly sawFrame: boolean }): void
}

export interface CameraProcess {
  readonly pid: number | undefined
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Lines of ffmpeg's messages that are kept to tell why it ended. */
const keptLines = 40

/** How many pipes a command writes besides its messages. */
export function pipeCount(command: FfmpegCommand): number {
  return writtenPipes(command).length
}

function writtenPipes({ framePipes, recordPipe, soundPipe, pulsePipe }: FfmpegCommand): number[] {
  return [...framePipes, recordPipe, soundPipe, pulsePipe].filter((fd) => fd !== null)
}

/**
 * Runs ffmpeg for one connection of one camera and reads what it sends.
 *
 * @param options.pipes as many as pipeCount says.
 */
export function startCameraProcess(options: {
  command: FfmpegCommand
  streams: readonly FrameStreamSpec[]
  pipes: readonly ReadPipe[]
  spawn: typeof nodeSpawn
  env: NodeJS.ProcessEnv
  /** What an HTTP camera sends; closed with the process. */
  body?: HttpBody | null
  events: ProcessEvents
}): CameraProcess {
  const { command, streams, pipes, spawn, events, body = null } = options
  const written = writtenPipes(command)
  const stdio: Extract<StdioOptions, unknown[]> = [
    command.stdin === null ? 'ignore' : 'pipe',
    'ignore',
    'pipe',
  ]
  written.forEach((fd, index) => {
    stdio[fd] = pipes[index]!.childEnd
  })
  const { program, args } = endingWithParent('ffmpeg', command.args)
  const child = spawn(program, args, {
    env: childEnvironment(options.env),
    stdio,
    windowsHide: true,
  })
  /** The child itself, and the pipes that still may hold bytes of it. */
  let open = 1 + written.length
  let endSignal: NodeJS.Signals | null = null
  const lines: string[] = []
  let fault: AppError | null = null
  let sawFrame = false
  let ended = false
  /** Whether it was this side that ended the process. */
  let endedHere = false

  const fail = (thrown: unknown) => {
    fault ??= toAppError(thrown)
    endedHere = true
    child.kill('SIGKILL')
  }
  const read = (fd: number, push: (chunk: Uint8Array) => void) => {
    pipes[written.indexOf(fd)]!.read(child, fd, {
      onChunk(chunk) {
        if (fault) return
        try {
          push(chunk)
        } catch (thrown) {
          fail(thrown)
        }
      },
      onError: fail,
      onClose: closed,
    })
  }
  const closed = () => {
    open -= 1
    if (open === 0) end(endSignal)
  }
  const end = (signal: NodeJS.Signals | null) => {
    if (ended) return
    ended = true
    body?.close()
    const crash: Failure | null =
      signal !== null && !endedHere
        ? { code: 'MEDIA_FFMPEG_FAILED', reason: `ffmpeg was ended by ${signal}` }
        : null
    const failure = fault
      ? { code: fault.code, reason: fault.message }
      : (crash ??
        body?.failure() ??
        classifyFailure(lines, sawFrame, command.stdin !== null && body === null))
    // Over HTTP the camera was there and sent something: what ffmpeg could not make of it is no fault of the network.
    const useless = body !== null && !sawFrame && failure.code === 'CAMERA_UNREACHABLE'
    events.onEnd({ failure: useless ? notVideo : failure, sawFrame })
  }

  streams.forEach((spec, index) => {
    const onFrame = (data: Uint8Array, ptsUs: number | null, pictureAspect: number | null) => {
      sawFrame = true
      events.onFrame(index, data, ptsUs, pictureAspect)
    }
    const reader = createNutReader({ frameBytes: spec.widthPx * spec.heightPx * 3, onFrame })
    read(command.framePipes[index]!, reader.push)
  })
  if (command.recordPipe !== null) {
    const reader = createFragmentReader((fragment) => {
      // Where nobody wants pictures, packets are what the camera gives.
      if (streams.length === 0 && fragment.kind === 'media') sawFrame = true
      events.onFragment(fragment)
    })
    read(command.recordPipe, reader.push)
  }
  if (command.soundPipe !== null) {
    const reader = createNutReader({ frameBytes: null, onFrame: events.onSound })
    read(command.soundPipe, reader.push)
  }
  if (command.pulsePipe !== null) read(command.pulsePipe, createPulseReader(events).push)
  readLines(child, (line) => {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    if (notStartedPattern.test(line)) fault ??= ffmpegMissing()
    events.onLog(line)
  })
  child.stdin?.on('error', () => {})
  if (body && child.stdin) body.send(child.stdin)
  else if (command.stdin !== null) child.stdin?.end(command.stdin)
  child.on('error', (error: NodeJS.ErrnoException) => {
    fault ??=
      error.code === 'ENOENT'
        ? ffmpegMissing()
        : new AppError('MEDIA_FFMPEG_FAILED', `ffmpeg could not be started (${error.code})`)
    end(null)
  })
  child.on('close', (_code, signal) => {
    endSignal = signal
    closed()
  })

  return {
    pid: child.pid,
    kill: (signal) => {
      endedHere = true
      child.kill(signal)
    },
  }
}

const ffmpegMissing = () => new AppError('MEDIA_FFMPEG_MISSING', 'ffmpeg was not found in PATH; install it')

/** Longest line that is kept; ffmpeg's are far shorter. */
const mostLineChars = 2000

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!.slice(0, mostLineChars)
    for (const line of parts) if (line.trim() !== '') onLine(line.slice(0, mostLineChars))
  })
  child.stderr?.on('end', () => {
    if (rest.trim() !== '') onLine(rest)
  })
  child.stderr?.on('error', () => {})
}
