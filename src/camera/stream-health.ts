import { defer, distinctUntilChanged, map, type OperatorFunction } from 'rxjs'
import type { StreamState } from '../core/camera-status.ts'
import type { Frame } from '../core/frame.ts'

export interface StreamHealthSettings {
  /** Pictures a second that are wanted. */
  readonly sampleFps: number
  /** Complaints of the decoder about broken data so far; asked with every frame. */
  readonly damage: () => number
  /** Off for a file that is read as fast as possible: then arrival says nothing about time. */
  readonly realtime: boolean
  /** When the source's clock last made a step, on the monotonic clock. */
  readonly steppedMonoMs?: () => number
}

/** Share of the wanted rate under which a camera is slow, and above which it is not any more. */
const slow = { under: 0.6, over: 0.75 }
/** Time over which the rate is counted: a short stall of the network is no slow camera. */
const rateWindowMs = 10_000
/** How far timestamps may get ahead of where they were against time. What comes late, and its backlog, is behind. */
const jumpMs = 2000
/** Speed of the source's clock against ours that is still believed, and the time over which it is measured. */
const drift = { least: 0.8, most: 1.25, windowMs: 30_000 }
/** So many complaints in so long a time are more than a lost packet. */
const damaged = { complaints: 3, windowMs: 10_000 }
/** How long something that happens at once is shown. */
const holdMs = 10_000

/**
 * Tells what is wrong with a stream whose frames flow: `corrupt` (broken data), `clock` (its timestamps jump, or run at
 * another speed than time does), `slow` (fewer pictures than wanted). Emits changes only; a new connection starts
 * afresh. Short stalls, and the backlog that comes after them, are none of these.
 */
export function streamHealth(settings: StreamHealthSettings): OperatorFunction<Frame, StreamState> {
  return (source) => defer(() => source.pipe(map(createLook(settings)), distinctUntilChanged()))
}

interface Point {
  readonly monoMs: number
  readonly ptsMs: number
}

function createLook(settings: StreamHealthSettings): (frame: Frame) => StreamState {
  const { sampleFps, damage, realtime, steppedMonoMs = () => Number.NEGATIVE_INFINITY } = settings
  let epoch = 0
  /** Frames of the last thirty seconds. */
  let points: Point[] = []
  let jumpedMs = Number.NEGATIVE_INFINITY
  /** The furthest that timestamps were ahead of arrival. */
  let leadMs = Number.NEGATIVE_INFINITY
  let isSlow = false
  let complaints: number[] = []
  let complained = 0

  const startAfresh = (frame: Frame) => {
    epoch = frame.epoch
    points = []
    isSlow = false
    complaints = []
    jumpedMs = Number.NEGATIVE_INFINITY
    leadMs = Number.NEGATIVE_INFINITY
    // What the decoder says before its first picture is about joining in the middle.
    complained = damage()
  }

  /** Frames a second over the last ten seconds; null before there were so many. */
  const rate = (nowMs: number): number | null => {
    if (points.length === 0 || nowMs - points[0]!.monoMs < rateWindowMs * 0.95) return null
    let first = points.length
    while (first > 0 && nowMs - points[first - 1]!.monoMs <= rateWindowMs) first -= 1
    return ((points.length - first) * 1000) / rateWindowMs
  }

  const isDamaged = (nowMs: number): boolean => {
    const total = damage()
    if (complained === total && complaints.length === 0) return false
    const fresh = Math.min(damaged.complaints, total - complained)
    complained = total
    complaints = [...complaints, ...Array<number>(fresh).fill(nowMs)]
      .filter((atMs) => nowMs - atMs <= damaged.windowMs)
      .slice(-damaged.complaints)
    return complaints.length >= damaged.complaints
  }

  const drifts = ({ monoMs, ptsMs }: Point): boolean => {
    const first = points[0]
    if (!first || monoMs - first.monoMs < drift.windowMs * 0.95) return false
    const speed = (ptsMs - first.ptsMs) / (monoMs - first.monoMs)
    return speed < drift.least || speed > drift.most
  }

  return (frame) => {
    if (frame.epoch !== epoch) startAfresh(frame)
    const now: Point = { monoMs: frame.arrivalMonoMs, ptsMs: frame.ptsUs / 1000 }
    const before = points.at(-1)
    const aheadMs = now.ptsMs - now.monoMs
    if (before && realtime && (now.ptsMs < before.ptsMs || aheadMs - leadMs > jumpMs)) {
      jumpedMs = now.monoMs
      points = []
      leadMs = aheadMs
    }
    leadMs = Math.max(leadMs, aheadMs)
    points.push(now)
    while (now.monoMs - points[0]!.monoMs > drift.windowMs) points.shift()
    const broken = isDamaged(now.monoMs)
    if (!realtime) return broken ? 'corrupt' : 'ok'
    const fps = rate(now.monoMs)
    if (fps !== null) isSlow = fps < sampleFps * (isSlow ? slow.over : slow.under)
    if (broken) return 'corrupt'
    if (now.monoMs - Math.max(jumpedMs, steppedMonoMs()) < holdMs || drifts(now)) return 'clock'
    return isSlow ? 'slow' : 'ok'
  }
}
