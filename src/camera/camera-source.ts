import { BehaviorSubject } from 'rxjs'
import type { ProductTrouble } from '../core/camera-status.ts'
import { AppError, type ErrorCode } from '../core/errors.ts'
import { frameStreamKey } from '../core/frame.ts'
import { cameraAddress, fileFault } from './camera-address.ts'
import { type CameraProcess, startCameraProcess } from './camera-process.ts'
import { type Failure, isDamage, showsPackets } from './classify-failure.ts'
import { createCameraOutlets } from './connection/camera-outlets.ts'
import { type Asked, createConnectionPlan, openingCodes } from './connection/connection-plan.ts'
import { launchConnection } from './connection/launch-connection.ts'
import { watchOpening } from './connection/opening-watch.ts'
import { createProductWatch } from './connection/product-watch.ts'
import { reconnectDelayMs } from './connection/reconnect-delay.ts'
import { createStatusKeeper } from './connection/status-keeper.ts'
import { createVideoChange } from './connection/video-change.ts'
import { ffmpegCommand } from './ffmpeg-arguments.ts'
import { openReadPipes } from './read-pipes.ts'
import { lineRedactor } from './redact-line.ts'
import type { CameraSource, CameraSourceOptions } from './source-contract.ts'
import { createConnectionClock } from './time/connection-clock.ts'
import type { ClockStep } from './time/time-line.ts'

/** How long frames must come before the waits begin again at the shortest: one picture is no recovery. */
const steadyMs = 5000
/** How long a process may take to end by itself before it is killed. */
const endGraceMs = 1500
/** Least time between two new connections because of another picture size, or of a recording that stands still. */
const changePauseMs = 60_000

/**
 * One camera, kept connected: a child process for each connection, a watchdog that kills one that sends no
 * frames, and reconnecting with growing waits. Nothing of it ever throws into the pipeline; trouble is a status.
 */
export function createCameraSource(options: CameraSourceOptions): CameraSource {
  const { camera, streams, record = false, sound = false, clock, telemetry } = options
  const address = cameraAddress(camera.url, camera.id)
  const redact = lineRedactor(address)
  const outlets = createCameraOutlets({ ...options, cameraId: camera.id })
  const status = createStatusKeeper({
    ...options,
    cameraId: camera.id,
    connection: () => ({ epoch, attempt }),
  })
  let process: CameraProcess | null = null
  let epoch = 0
  let attempt = 0
  /** Connections that ended since the camera was last live for `steadyMs`; the waits grow with it. */
  let failures = 0
  /** Why the watchdog killed the process, or null. */
  let killed: Failure | null = null
  let framesSeen = false
  let damage = 0
  let changedMonoMs = Number.NEGATIVE_INFINITY
  let firstFrameMonoMs = 0
  let lastFrameMonoMs = 0
  /** The last sign that packets of the video come, or null on this connection. */
  let packetMonoMs: number | null = null
  let connectMonoMs = 0
  let restartMonoMs = Number.NEGATIVE_INFINITY
  let stepMonoMs = Number.NEGATIVE_INFINITY
  let unrecordable = 'MP4 cannot hold what the camera sends'
  const plan = createConnectionPlan({ sound, record, transport: camera.transport })
  let asked: Asked = plan.next(0)
  const troubles = new BehaviorSubject<ProductTrouble | null>(null)
  const products = createProductWatch({
    wanted: { record, sound },
    stallTimeoutMs: camera.stallTimeoutMs,
    unrecordable: () => unrecordable,
  })
  let cancelTimer: (() => void) | null = null
  let closing: (() => void) | null = null
  /** Gives up a connection whose process was not started yet. */
  let leave: (() => void) | null = null
  let started = false
  let closed: Promise<void> | null = null

  const timer = (delayMs: number, fn: () => void) => {
    cancelTimer?.()
    cancelTimer = clock.after(delayMs, fn)
  }

  const connect = () => {
    if (closed) return
    const fault = fileFault(address)
    if (fault) {
      attempt += 1
      return retry(fault)
    }
    epoch += 1
    attempt += 1
    killed = null
    framesSeen = false
    firstFrameMonoMs = 0
    if (status.current === null) status.set('connecting', 'connecting for the first time', null)
    connectMonoMs = lastFrameMonoMs = clock.monoMs()
    packetMonoMs = null
    asked = plan.next(connectMonoMs)
    products.connected(asked, connectMonoMs)
    leave = launchConnection({
      address,
      clock,
      openPipes: options.openPipes ?? openReadPipes,
      start: startProcess,
      command: (body) =>
        ffmpegCommand({
          camera: { ...camera, transport: asked.transport },
          address,
          streams,
          pulse: true,
          record: asked.record,
          sound: asked.sound,
          timing: asked.timing,
          ...(body && { body }),
        }),
      started(running) {
        process = running
        watch()
      },
      failed(failure, cause) {
        const error = cause === null ? null : redact(String(cause))
        if (error !== null) telemetry.log.error({ camera: camera.id, error }, failure.reason)
        retry(failure)
      },
    })
  }

  const startProcess: Parameters<typeof launchConnection>[0]['start'] = ({ command, pipes, body }) => {
    const thisEpoch = epoch
    const seq = streams.map(() => 0)
    const isOtherVideo = createVideoChange()
    const judged = address.kind !== 'file' && asked.timing === 'source' && (body?.clocked ?? true)
    const time = createConnectionClock({ streams: streams.length, judged, onStep: stepped })
    return startCameraProcess({
      command,
      streams,
      pipes,
      body,
      spawn: options.spawn,
      env: options.env ?? globalThis.process.env,
      events: {
        onFrame(index, data, timeUs, pictureAspect) {
          const monoMs = clock.monoMs()
          const ptsUs = time.frame(index, timeUs, monoMs)
          if (ptsUs === null) return
          alive(
            asked.transport === camera.transport ? 'frames arrive' : `frames arrive, over ${asked.transport}`,
          )
          outlets.frame(thisEpoch, { index, seq: seq[index]!++, ptsUs, monoMs, data, pictureAspect })
        },
        onFragment(fragment) {
          const media = fragment.kind === 'media'
          const ptsUs = media ? time.fragment(fragment, clock.monoMs()) : fragment.ptsUs
          if (ptsUs === null) return
          if (media) products.fragment(clock.monoMs())
          if (isOtherVideo(fragment)) changed()
          if (killed?.code === 'MEDIA_CHANGED') return
          outlets.fragment(thisEpoch, { ...fragment, ptsUs })
        },
        onSound(data, timeUs) {
          const ptsUs = time.sound(timeUs, clock.monoMs())
          if (ptsUs === null) return
          products.sound(clock.monoMs())
          outlets.sound(thisEpoch, ptsUs, data)
        },
        onCodec: (codec) => telemetry.log.debug({ camera: camera.id, codec }, 'the video is opened'),
        onPacket(timeUs) {
          packetMonoMs = clock.monoMs()
          time.packet(timeUs, packetMonoMs)
          if (streams.length === 0) alive('packets arrive')
        },
        onLog(line) {
          telemetry.log.debug({ camera: camera.id }, `ffmpeg: ${redact(line)}`)
          if (!framesSeen && showsPackets(line)) packetMonoMs = clock.monoMs()
          if (!framesSeen || !isDamage(line, asked.sound)) return
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

  /** Ends the connection for a reason that the next one mends. */
  const renew = (why: Failure) => {
    if (killed || closed) return
    killed = why
    status.set('connecting', why.reason, why.code)
    process?.kill('SIGKILL')
  }

  /** Another picture size needs a file of its own: so the connection is made anew, but not over and over again. */
  const changed = () => {
    if (address.kind === 'file' || clock.monoMs() - changedMonoMs < changePauseMs) return
    changedMonoMs = clock.monoMs()
    renew({ code: 'MEDIA_CHANGED', reason: 'the camera sends another picture size or profile' })
  }

  /** The camera's clock was set: what comes now is on another line, and so in another epoch. */
  const stepped = ({ byMs }: ClockStep) => {
    stepMonoMs = clock.monoMs()
    plan.stepped(stepMonoMs)
    const by = `${(Math.abs(byMs) / 1000).toFixed(1)} s ${byMs < 0 ? 'back' : 'forward'}`
    renew({ code: 'MEDIA_CLOCK', reason: `the camera's clock was set ${by}; it is connected anew` })
  }

  /** Something came: the camera is live, and from now on the watchdog is strict. */
  const alive = (reason: string) => {
    lastFrameMonoMs = clock.monoMs()
    if (closed || killed) return
    attempt = 0
    status.set('live', reason, null)
    lookAtProducts()
    if (framesSeen) {
      if (lastFrameMonoMs - firstFrameMonoMs >= steadyMs) failures = 0
      return
    }
    framesSeen = true
    firstFrameMonoMs = lastFrameMonoMs
    watch()
  }

  const lookAtProducts = () => {
    const trouble = products.look(lastFrameMonoMs)
    if (trouble?.reason === troubles.value?.reason) return
    troubles.next(trouble)
    if (!trouble) return
    if (!trouble.stopped || address.kind === 'file' || lastFrameMonoMs - restartMonoMs < changePauseMs) return
    restartMonoMs = lastFrameMonoMs
    renew(trouble)
  }

  /** Looks when the next frame would be overdue; kills a process that sends none. */
  const watch = () => {
    const nowMs = clock.monoMs()
    if (!framesSeen) return watchFirst(nowMs)
    const silentMs = nowMs - lastFrameMonoMs
    if (silentMs < camera.stallTimeoutMs) return timer(camera.stallTimeoutMs - silentMs, watch)
    const reason = `no further picture for ${Math.round(camera.stallTimeoutMs / 100) / 10} s`
    killed = { code: 'CAMERA_STALLED', reason }
    status.set('stalled', reason, killed.code)
    process?.kill('SIGKILL')
  }

  const watchFirst = (nowMonoMs: number) => {
    const { stallTimeoutMs } = camera
    const transport = address.kind === 'rtsp' ? asked.transport : null
    const opening = watchOpening({ nowMonoMs, connectMonoMs, packetMonoMs, stallTimeoutMs, transport })
    if (opening.kind === 'wait') {
      if (opening.forKeyframe) status.set('connecting', 'packets arrive; waiting for a keyframe', null)
      return timer(opening.againMs, watch)
    }
    killed = opening.failure
    process?.kill('SIGKILL')
  }

  const ended = (failure: Failure, sawFrame: boolean) => {
    cancelTimer?.()
    cancelTimer = null
    if (closed) return closing?.()
    if (killed?.code === 'CAMERA_STALLED' && status.current?.state === 'stalled')
      return reconnectLater(killed.code)
    if (killed && status.current?.code === killed.code && status.current.state === 'connecting') {
      telemetry.count('vireo_camera_restarts_total', { camera: camera.id, reason: killed.code })
      return connect()
    }
    const why = killed ?? failure
    const learnt = framesSeen ? null : plan.learn(why, asked, clock.monoMs())
    if (learnt === 'at once') return askOtherwise(why)
    if (!killed && address.kind === 'file' && sawFrame && failure.code === 'CAMERA_UNREACHABLE')
      return status.set('offline', 'the file has ended', null)
    retry(why)
  }

  /** The next connection is asked for something else, as if this one had not been. */
  const askOtherwise = ({ code, reason }: Failure) => {
    if (code === 'MEDIA_UNRECORDABLE') unrecordable = reason
    if (code === 'CAMERA_TRANSPORT')
      status.set('connecting', `${reason}; trying ${plan.next(clock.monoMs()).transport}`, code)
    epoch -= 1
    attempt -= 1
    telemetry.log.info(
      { camera: camera.id, code },
      openingCodes.includes(code)
        ? 'the camera has no sound that can be decoded; it goes on without'
        : reason,
    )
    connect()
  }

  const retry = ({ code, reason }: Failure) => {
    status.set('offline', reason, code)
    reconnectLater(code)
  }

  const reconnectLater = (code: ErrorCode) => {
    telemetry.count('vireo_camera_restarts_total', { camera: camera.id, reason: code })
    failures += 1
    timer(reconnectDelayMs(failures, code, options.random), connect)
  }

  const close = async () => {
    cancelTimer?.()
    leave?.()
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
    outlets.close()
    troubles.complete()
    status.close()
  }

  return {
    id: camera.id,
    status$: status.status$,
    fragments$: outlets.fragments$,
    sound$: outlets.sound$,
    trouble$: troubles.asObservable(),
    steppedMonoMs: () => stepMonoMs,
    damage: () => damage,
    frames$(spec) {
      const index = streams.findIndex((stream) => frameStreamKey(stream) === frameStreamKey(spec))
      const found = outlets.frames[index]
      if (!found)
        throw new AppError('BUG_UNEXPECTED', `camera ${camera.id} has no stream ${frameStreamKey(spec)}`)
      return found
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
