import type { spawn as nodeSpawn } from 'node:child_process'
import { type Observable, ReplaySubject, Subject } from 'rxjs'
import type { CameraConfig } from '../config/schema.ts'
import type { CameraState, CameraStatus } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, type ErrorCode } from '../core/errors.ts'
import { type Fragment, type Frame, type FrameStreamSpec, frameStreamKey } from '../core/frame.ts'
import { type SoundBlock, soundDurationUs } from '../core/sound.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { cameraAddress, missingFile } from './camera-address.ts'
import { type CameraProcess, pipeCount, startCameraProcess } from './camera-process.ts'
import { type Failure, isDamage } from './classify-failure.ts'
import { type FfmpegCommand, ffmpegCommand } from './ffmpeg-arguments.ts'
import type { FragmentBody } from './fragment-reader.ts'
import { codecOf, parameterSets, type VideoCodec } from './parameter-sets.ts'
import { type OpenPipes, openReadPipes, type ReadPipe } from './read-pipes.ts'
import { reconnectDelayMs } from './reconnect-delay.ts'
import { lineRedactor } from './redact-line.ts'

export interface CameraSourceOptions {
  readonly camera: CameraConfig
  /** The frames that somebody wants; each is decoded once whoever reads it. */
  readonly streams: readonly FrameStreamSpec[]
  /** Whether the untouched packets are wanted too. */
  readonly record?: boolean
  /** Whether its sound is wanted, where it has any. */
  readonly sound?: boolean
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  /** `openReadPipes` when left out. */
  readonly openPipes?: OpenPipes
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly env?: NodeJS.ProcessEnv
}

export interface CameraSource {
  readonly id: string
  /** Begins with the latest; one value for each change of state or cause. Completes when the source is closed. */
  readonly status$: Observable<CameraStatus>
  readonly fragments$: Observable<Fragment>
  /** Hot. Silent where no sound was asked for, or the camera has none. */
  readonly sound$: Observable<SoundBlock>
  /** How often the decoder complained about broken data so far. */
  damage(): number
  /** Hot. @throws AppError BUG_UNEXPECTED for a stream that was not asked for at the start. */
  frames$(spec: FrameStreamSpec): Observable<Frame>
  start(): void
  /** Ends the connection; resolves when the process is gone. */
  close(): Promise<void>
}

const states: readonly CameraState[] = ['connecting', 'live', 'stalled', 'offline']
/** How long a connection may take until the first picture; a camera's first keyframe may be far away. */
const connectTimeoutMs = 15_000
/** How long frames must come before the waits begin again at the shortest: one picture is no recovery. */
const steadyMs = 5000
/** How long a process may take to end by itself before it is killed. */
const endGraceMs = 1500

/** A camera that had no sound is asked again with the first connection after this time. */
const soundRetryMs = 3_600_000
/** How a connection ends, before any picture, when the sound cannot be had. */
const openingCodes: readonly ErrorCode[] = ['MEDIA_NO_VIDEO', 'MEDIA_FFMPEG_FAILED']

/** Least time between two new connections because of another picture size. */
const changePauseMs = 60_000

/**
 * One camera, kept connected: a child process for each connection, a watchdog that kills one that sends no
 * frames, and reconnecting with growing waits. Nothing of it ever throws into the pipeline; trouble is a status.
 */
export function createCameraSource(options: CameraSourceOptions): CameraSource {
  const {
    camera,
    streams,
    record = false,
    sound = false,
    clock,
    telemetry,
    openPipes = openReadPipes,
  } = options
  const address = cameraAddress(camera.url, camera.id)
  const plain = ffmpegCommand({ camera, address, streams, record })
  const withSound = sound ? ffmpegCommand({ camera, address, streams, record, sound }) : null
  const redact = lineRedactor(address)
  const frames = streams.map(() => new Subject<Frame>())
  const fragments = new Subject<Fragment>()
  const sounds = new Subject<SoundBlock>()
  const statuses = new ReplaySubject<CameraStatus>(1)
  let status: CameraStatus | null = null
  let process: CameraProcess | null = null
  let epoch = 0
  let attempt = 0
  /** Connections that ended since the camera was last live for `steadyMs`; the waits grow with it. */
  let failures = 0
  /** Why the watchdog killed the process, or null. */
  let killed: Failure | null = null
  let framesSeen = false
  let damage = 0
  let codec: VideoCodec | null = null
  /** The parameter sets of this connection's last keyframe. */
  let sets: string | null = null
  let changedMonoMs = Number.NEGATIVE_INFINITY
  let firstFrameMonoMs = 0
  let lastFrameMonoMs = 0
  /** Whether the process at hand was asked for sound too. */
  let listening = false
  let deafUntilMonoMs = Number.NEGATIVE_INFINITY
  let cancelTimer: (() => void) | null = null
  let closing: (() => void) | null = null
  let started = false
  let closed: Promise<void> | null = null

  const setStatus = (state: CameraState, reason: string, code: ErrorCode | null) => {
    if (status?.state === state && status.code === code) return
    const sinceMs = status?.state === state ? status.sinceMs : clock.nowMs()
    status = { cameraId: camera.id, state, reason, code, sinceMs, epoch, attempt, picture: 'ok' }
    for (const name of states)
      telemetry.gauge('vireo_camera_state', { camera: camera.id, state: name }, name === state ? 1 : 0)
    const level = state === 'live' || state === 'connecting' ? 'info' : 'warn'
    telemetry.log[level]({ camera: camera.id, state, code, attempt }, reason)
    statuses.next(status)
  }
  const timer = (delayMs: number, fn: () => void) => {
    cancelTimer?.()
    cancelTimer = clock.after(delayMs, fn)
  }

  const connect = () => {
    if (closed) return
    if (missingFile(address)) {
      attempt += 1
      return retry({ code: 'CAMERA_NOT_FOUND', reason: 'there is no such file' })
    }
    epoch += 1
    attempt += 1
    killed = null
    framesSeen = false
    firstFrameMonoMs = 0
    if (status === null) setStatus('connecting', 'connecting for the first time', null)
    lastFrameMonoMs = clock.monoMs()
    const command = withSound !== null && lastFrameMonoMs >= deafUntilMonoMs ? withSound : plain
    listening = command.soundPipe !== null
    openPipes(pipeCount(command), (pipes) => {
      const letGo = () => {
        for (const pipe of pipes) pipe.discard()
      }
      if (closed) return letGo()
      try {
        process = startProcess(command, pipes)
      } catch (cause) {
        letGo()
        telemetry.log.error(
          { camera: camera.id, error: redact(String(cause)) },
          'ffmpeg could not be started',
        )
        return retry({ code: 'MEDIA_FFMPEG_FAILED', reason: 'ffmpeg could not be started' })
      }
      watch()
    })
  }

  const startProcess = (command: FfmpegCommand, pipes: readonly ReadPipe[]): CameraProcess => {
    const thisEpoch = epoch
    const seq = streams.map(() => 0)
    return startCameraProcess({
      command,
      streams,
      pipes,
      spawn: options.spawn,
      env: options.env ?? globalThis.process.env,
      events: {
        onFrame(index, data, ptsUs, pictureAspect) {
          alive('frames arrive')
          telemetry.count('vireo_frames_total', { camera: camera.id })
          const { widthPx, heightPx } = streams[index]!
          frames[index]!.next({
            cameraId: camera.id,
            epoch: thisEpoch,
            seq: seq[index]!++,
            ptsUs,
            arrivalMs: clock.nowMs(),
            arrivalMonoMs: lastFrameMonoMs,
            widthPx,
            heightPx,
            data,
            ...(pictureAspect !== null && { pictureAspect }),
          })
        },
        onFragment: (fragment) => {
          if (streams.length === 0) alive('packets arrive')
          if (isOtherVideo(fragment)) return
          fragments.next({ cameraId: camera.id, epoch: thisEpoch, arrivalMs: clock.nowMs(), ...fragment })
        },
        onSound(data, ptsUs) {
          const time = { epoch: thisEpoch, ptsUs, arrivalMs: clock.nowMs(), arrivalMonoMs: clock.monoMs() }
          telemetry.count(
            'vireo_sound_seconds_total',
            { camera: camera.id },
            soundDurationUs(data.length) / 1e6,
          )
          sounds.next({ cameraId: camera.id, ...time, data })
        },
        onLog(line) {
          telemetry.log.debug({ camera: camera.id }, `ffmpeg: ${redact(line)}`)
          if (!framesSeen || !isDamage(line, listening)) return
          damage += 1
          telemetry.count('vireo_camera_damage_total', { camera: camera.id })
        },
        onEnd: ({ failure, sawFrame }) => {
          process = null
          ended(failure, sawFrame)
        },
      },
    })
  }

  /**
   * Whether the camera sends another picture size or profile than before. ffmpeg goes on with the old init segment then,
   * and what is recorded could not be decoded: so the connection is made anew, but not over and over again.
   */
  const isOtherVideo = (fragment: FragmentBody): boolean => {
    if (fragment.kind === 'init') {
      codec = codecOf(fragment.data)
      sets = null
      return false
    }
    const now = codec && fragment.keyframe ? parameterSets(fragment.data, codec) : null
    const other = now !== null && sets !== null && now !== sets
    sets = now ?? sets
    if (!other || killed || address.kind === 'file' || clock.monoMs() - changedMonoMs < changePauseMs)
      return killed?.code === 'MEDIA_CHANGED'
    changedMonoMs = clock.monoMs()
    killed = { code: 'MEDIA_CHANGED', reason: 'the camera sends another picture size or profile' }
    setStatus('connecting', killed.reason, killed.code)
    process?.kill('SIGKILL')
    return true
  }

  /** Something came: the camera is live, and from now on the watchdog is strict. */
  const alive = (reason: string) => {
    lastFrameMonoMs = clock.monoMs()
    if (closed || killed) return
    attempt = 0
    setStatus('live', reason, null)
    if (framesSeen) {
      if (lastFrameMonoMs - firstFrameMonoMs >= steadyMs) failures = 0
      return
    }
    framesSeen = true
    firstFrameMonoMs = lastFrameMonoMs
    watch()
  }

  /** Looks when the next frame would be overdue; kills a process that sends none. */
  const watch = () => {
    const silentMs = clock.monoMs() - lastFrameMonoMs
    const limitMs = framesSeen ? camera.stallTimeoutMs : Math.max(connectTimeoutMs, camera.stallTimeoutMs)
    if (silentMs < limitMs) return timer(limitMs - silentMs, watch)
    const reason = `no ${framesSeen ? 'further ' : ''}picture for ${Math.round(limitMs / 100) / 10} s`
    killed = { code: framesSeen ? 'CAMERA_STALLED' : 'CAMERA_UNREACHABLE', reason }
    if (framesSeen) setStatus('stalled', reason, killed.code)
    process?.kill('SIGKILL')
  }

  const ended = (failure: Failure, sawFrame: boolean) => {
    cancelTimer?.()
    cancelTimer = null
    if (closed) return closing?.()
    if (killed?.code === 'CAMERA_STALLED') return reconnectLater(killed.code)
    if (killed?.code === 'MEDIA_CHANGED') {
      telemetry.count('vireo_camera_restarts_total', { camera: camera.id, reason: killed.code })
      return connect()
    }
    if (killed) return retry(killed)
    if (hasNoSound(failure)) return connect()
    if (address.kind === 'file' && sawFrame && failure.code === 'CAMERA_UNREACHABLE')
      return setStatus('offline', 'the file has ended', null)
    retry(failure)
  }

  /**
   * Whether a connection that asked for sound did not even begin, as it is when there is none that can be decoded. Then
   * the next one goes without, as if this one had not been. If that fails as well, sound was not the reason.
   */
  const hasNoSound = ({ code }: Failure): boolean => {
    if (framesSeen || !openingCodes.includes(code)) return false
    if (!listening) {
      deafUntilMonoMs = Number.NEGATIVE_INFINITY
      return false
    }
    deafUntilMonoMs = clock.monoMs() + soundRetryMs
    epoch -= 1
    attempt -= 1
    telemetry.log.info(
      { camera: camera.id },
      'the camera has no sound that can be decoded; it goes on without',
    )
    return true
  }

  const retry = ({ code, reason }: Failure) => {
    setStatus('offline', reason, code)
    reconnectLater(code)
  }

  const reconnectLater = (code: ErrorCode) => {
    telemetry.count('vireo_camera_restarts_total', { camera: camera.id, reason: code })
    failures += 1
    timer(reconnectDelayMs(failures, code, options.random), connect)
  }

  const close = async () => {
    cancelTimer?.()
    const running = process
    if (running)
      await new Promise<void>((resolve) => {
        const cancelKill = clock.after(endGraceMs, () => running.kill('SIGKILL'))
        closing = () => {
          cancelKill()
          resolve()
        }
        running.kill('SIGTERM')
      })
    for (const state of states) telemetry.gauge('vireo_camera_state', { camera: camera.id, state }, 0)
    for (const subject of frames) subject.complete()
    fragments.complete()
    sounds.complete()
    statuses.complete()
  }

  return {
    id: camera.id,
    status$: statuses.asObservable(),
    fragments$: fragments.asObservable(),
    sound$: sounds.asObservable(),
    damage: () => damage,
    frames$(spec) {
      const index = streams.findIndex((stream) => frameStreamKey(stream) === frameStreamKey(spec))
      const found = frames[index]
      if (!found)
        throw new AppError('BUG_UNEXPECTED', `camera ${camera.id} has no stream ${frameStreamKey(spec)}`)
      return found.asObservable()
    },
    start() {
      if (started) return
      started = true
      connect()
    },
    close() {
      closed ??= close()
      return closed
    },
  }
}
