import { createLoopbackCopy } from '../../../src/camera/preview/loopback-copy.ts'
import { hideVariables } from '../../../src/config/origins.ts'
import type { Config } from '../../../src/config/schema.ts'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { LivePort } from '../../../src/http/live-port.ts'
import type { AttachedCamera } from '../../live/attach-camera.ts'
import type { CameraPlan } from '../../live/plan/plan-camera.ts'
import { type CameraView, type CameraViewOptions, createCameraView } from './camera-view.ts'

export interface LiveView extends LivePort {
  /** A camera runs, or runs anew. */
  attached(plan: CameraPlan, parts: AttachedCamera): void
  /** A camera ends: it changes, is paused, or is not there any more. */
  detached(cameraId: string, why: 'changed' | 'paused' | 'removed'): void
  close(): Promise<void>
}

/** Children that make single pictures at the same time. */
const mostStills = 3

/** The cameras as they are looked at. A camera that is attached anew goes on being shown to those who look at it. */
export function createLiveView(
  options: Omit<CameraViewOptions, 'cameraId' | 'copies' | 'turn'> & {
    readonly running: () => Config
    readonly statuses: () => readonly CameraStatus[]
  },
): LiveView {
  const { running } = options
  const views = new Map<string, CameraView>()
  const copies = createLoopbackCopy()
  const turn = createTurnstile(mostStills)

  const configOf = (cameraId: string) => running().cameras.find(({ id }) => id === cameraId)
  const viewOf = (cameraId: string): CameraView => {
    const known = views.get(cameraId)
    if (known) return known
    const view = createCameraView({ ...options, cameraId, copies, turn })
    views.set(cameraId, view)
    if (configOf(cameraId)?.paused) view.stop('paused', paused)
    return view
  }
  /** One that could not be attached has a status all the same. */
  const tellAside = (cameraId: string, view: CameraView) => {
    if (view.isAttached || configOf(cameraId)?.paused) return
    const status = options.statuses().find((each) => each.cameraId === cameraId)
    if (status?.state === 'offline') view.stop('offline', hideVariables(status.reason, running()))
  }

  return {
    has: (cameraId) => configOf(cameraId) !== undefined,
    look({ cameraId, ...wish }, looker) {
      const view = viewOf(cameraId)
      tellAside(cameraId, view)
      return view.look(wish, looker)
    },
    scenes(cameraIds, tell) {
      const leaving = cameraIds.filter((id) => configOf(id)).map((id) => viewOf(id).scenes(tell))
      return () => {
        for (const leave of leaving) leave()
      }
    },
    async picture(cameraId) {
      const camera = configOf(cameraId)
      if (!camera) throw new AppError('CAMERA_NOT_FOUND', `no camera "${cameraId}"`)
      if (camera.paused) throw new AppError('CAMERA_STALLED', `camera ${cameraId}: ${paused}`)
      const status = options.statuses().find((each) => each.cameraId === cameraId)
      if (status && status.state !== 'live')
        throw new AppError('CAMERA_STALLED', `camera ${cameraId}: ${hideVariables(status.reason, running())}`)
      return viewOf(cameraId).picture()
    },
    attached: (plan, parts) => viewOf(plan.camera.id).attached(plan, parts),
    detached(cameraId, why) {
      const view = viewOf(cameraId)
      view.detached()
      if (why !== 'changed') view.stop(why, why === 'paused' ? paused : 'the camera was removed')
    },
    async close() {
      await Promise.all([...views.values()].map((view) => view.close()))
      copies.close()
    },
  }
}

const paused = 'the camera is paused'

/** Lets so many pieces of work go on at a time. */
function createTurnstile(most: number) {
  const waiting: (() => void)[] = []
  let inside = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    inside += 1
    try {
      return await work()
    } finally {
      inside -= 1
      waiting.shift()?.()
    }
  }
}
