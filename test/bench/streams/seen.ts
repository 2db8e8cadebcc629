import type { Observable } from 'rxjs'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import type { OutboxEvent } from '../../../src/core/events.ts'
import type { Frame } from '../../../src/core/frame.ts'
import { readFrameNumber } from '../../support/odd-camera/frame-number.ts'

export interface SeenFrame {
  readonly number: number | null
  readonly ptsUs: number
  readonly epoch: number
  /** Seconds of the script. */
  readonly atS: number
}

export interface SeenStatus extends Pick<CameraStatus, 'state' | 'picture' | 'code' | 'reason' | 'epoch'> {
  readonly atS: number
}

export interface SeenAlert {
  readonly alertId: string
  readonly epoch: number
  readonly firstPtsUs: number
  /** Null while it lasts. */
  readonly lastPtsUs: number | null
  readonly endReason: string | null
  /** When it was raised, seconds of the script. */
  readonly atS: number
  /** When it ended. */
  readonly endedS: number | null
}

/** What came of one camera, with the seconds of its script; of one that never played, of the whole run. */
export interface Seen {
  /** When the system began, seconds of the script: before its zero, by the time until the first PLAY. */
  readonly startedS: number
  readonly frames: readonly SeenFrame[]
  readonly statuses: readonly SeenStatus[]
  readonly alerts: readonly SeenAlert[]
  /** Types of the events about it. */
  readonly eventTypes: readonly string[]
}

/** Listens to one camera from now on; the answer makes of it, and of the events, what was seen. */
export function collect(options: {
  frames$: Observable<Frame>
  steps$: Observable<AlertStep>
  cameraId: string
}) {
  const frames: { number: number | null; ptsUs: number; epoch: number; monoMs: number }[] = []
  const alerts = new Map<string, { first: AlertStep; last: AlertStep; firstMs: number; lastMs: number }>()
  options.frames$.subscribe(({ data, widthPx, heightPx, ptsUs, epoch }) => {
    const number = readFrameNumber(data, widthPx, heightPx)
    frames.push({ number, ptsUs, epoch, monoMs: performance.now() })
  })
  options.steps$.subscribe((step) => {
    if (step.cameraId !== options.cameraId) return
    const nowMs = performance.now()
    const { first = step, firstMs = nowMs } = alerts.get(step.alertId) ?? {}
    alerts.set(step.alertId, { first, last: step, firstMs, lastMs: nowMs })
  })
  return (events: readonly OutboxEvent[], times: { startedMs: number; zeroMs: number | null }): Seen => {
    const wallOffsetMs = Date.now() - performance.now()
    const zeroMs = times.zeroMs ?? times.startedMs - wallOffsetMs
    const second = (monoMs: number) => (monoMs - zeroMs) / 1000
    return {
      startedS: second(times.startedMs - wallOffsetMs),
      frames: frames.map(({ monoMs, ...frame }) => ({ ...frame, atS: second(monoMs) })),
      statuses: events
        .filter(({ channel }) => channel === 'camera-status')
        .map((event) => {
          const status = JSON.parse(event.dataJson) as CameraStatus
          const { state, picture, code, reason, epoch } = status
          return { state, picture, code, reason, epoch, atS: second(event.acceptedMs - wallOffsetMs) }
        }),
      alerts: [...alerts.values()].map(({ first, last, firstMs, lastMs }) => ({
        alertId: first.alertId,
        epoch: first.epoch,
        firstPtsUs: first.firstPtsUs,
        lastPtsUs: last.phase === 'end' ? last.lastPtsUs : null,
        endReason: last.endReason,
        atS: second(firstMs),
        endedS: last.phase === 'end' ? second(lastMs) : null,
      })),
      eventTypes: events.map(({ attributes }) => attributes.type ?? ''),
    }
  }
}
