import type { ReadClip } from './read-clip.ts'
import { postRollMs, preRollMs, promised, type Watched } from './run-group.ts'
import type { SeenAlert, SeenStatus } from './seen.ts'
import type { Told, TortureStream } from './torture-stream.ts'

/** One stream in the report. */
export interface Row {
  readonly stream: string
  readonly liveS: number | null
  readonly frames: number
  /** Of ffmpeg alone; null where it was not asked. */
  readonly direct: number | null
  readonly alerts: number
  readonly clips: number
  /** Seconds until the fault was told, and until there were pictures again. */
  readonly toldS: number | null
  readonly recoveredS: number | null
  /** What is not as it should be, in words. */
  readonly failures: readonly string[]
  /** Changes of the status, for whoever looks for the cause. */
  readonly statuses: readonly string[]
}

const allowedMs = 500

/** Holds what was seen of a stream against what it must give. */
export function judge(watched: Watched): Row {
  const { stream, seen, direct, clips } = watched
  const { expect } = stream
  const [first] = seen.frames
  const liveS = first ? first.atS - seen.startedS : null
  const told = tellFault(watched)
  const recovered = recovery(watched)
  return {
    stream: stream.name,
    liveS: figure(liveS),
    frames: seen.frames.length,
    direct: direct?.length ?? null,
    alerts: seen.alerts.length,
    clips: clips.length,
    toldS: figure(told.afterS),
    recoveredS: figure(recovered.afterS),
    failures: [
      ...liveFailures(liveS, expect.liveWithinS),
      ...told.failures,
      ...strangeStatuses(watched),
      ...frameFailures(watched),
      ...recovered.failures,
      ...clipFailures(watched),
    ],
    statuses: seen.statuses.map(inWords),
  }
}

const figure = (value: number | null) => (value === null ? null : Number(value.toFixed(2)))
const inWords = ({ atS, state, picture, code, reason, epoch }: SeenStatus) =>
  `${atS.toFixed(1)} s ${state} ${picture} ${code ?? '-'} (${reason}) #${epoch}`

function liveFailures(liveS: number | null, withinS: number | null): string[] {
  if (withinS === null) return []
  if (liveS === null) return ['no picture came']
  return liveS > withinS ? [`first picture after ${liveS.toFixed(1)} s, allowed ${withinS} s`] : []
}

function tellFault({ stream, seen }: Watched): { afterS: number | null; failures: string[] } {
  const failures: string[] = []
  let afterS: number | null = null
  for (const told of stream.expect.told ?? []) {
    const sinceS = told.sinceS === 0 ? seen.startedS : told.sinceS
    // A little before: the status is stamped by another clock than the script.
    const found = seen.statuses.find((status) => status.atS >= sinceS - 0.1 && says(status, told))
    const delayS = found ? Math.max(0, found.atS - sinceS) : null
    afterS = delayS === null ? afterS : Math.max(afterS ?? 0, delayS)
    const wanted = [told.state, told.picture, told.code, told.reason && `"${told.reason.source}"`]
    const text = wanted.filter((part) => part !== undefined).join(' ')
    if (delayS === null) failures.push(`never told: ${text}`)
    else if (delayS > told.withinS)
      failures.push(`${text} told after ${delayS.toFixed(1)} s, allowed ${told.withinS} s`)
  }
  return { afterS, failures }
}

function says(status: SeenStatus, { state, picture, code, reason }: Told): boolean {
  return (
    (state === undefined || status.state === state) &&
    (picture === undefined || status.picture === picture) &&
    (code === undefined || status.code === code) &&
    (reason === undefined || reason.test(status.reason))
  )
}

function strangeStatuses({ stream, seen }: Watched): string[] {
  const { told = [], mayTell = [] } = stream.expect
  const known = new Set<string>(mayTell)
  for (const { picture, code } of told) for (const word of [picture, code]) if (word) known.add(word)
  const strange = seen.statuses
    // The video ends with the script: what comes then is about that.
    .filter(({ atS }) => atS < stream.seconds - 1 / (stream.fps ?? 25) - 0.5)
    .flatMap(({ code, picture, atS, reason }) =>
      [code, picture === 'ok' ? null : picture]
        .filter((word) => word !== null && !known.has(word))
        .map((word) => `told ${word} at ${atS.toFixed(1)} s: ${reason}`),
    )
  return strange.slice(0, 3)
}

function frameFailures(watched: Watched): string[] {
  const { stream, seen, direct } = watched
  const { frames } = seen
  const kind = stream.expect.frames
  if (kind === 'none') return frames.length > 0 ? [`${frames.length} pictures came`] : []
  if (kind === 'flowing') return flowing(watched)
  if (!direct) return ['ffmpeg alone was not asked']
  // The camera ends abruptly: who is a little behind loses the end.
  const endNumber = (stream.seconds - 0.5) * (stream.fps ?? 25)
  const read = (numbers: readonly (number | null)[]) =>
    new Set(numbers.filter((number) => number !== null && number < endNumber))
  const numbers = read(frames.map(({ number }) => number))
  const wanted = read(direct)
  const [came, alone] = kind === 'count' ? [frames.length, direct.length] : [numbers.size, wanted.size]
  const failures: string[] = []
  if (Math.abs(came - alone) > 1) failures.push(`${came} pictures, ffmpeg alone ${alone}`)
  const missing = [...wanted].filter((number) => !numbers.has(number))
  if (kind === 'numbers' && missing.length > 1)
    failures.push(`${missing.length} pictures are missing, the first is ${missing[0]}`)
  return failures
}

/** Whether pictures came until the end, and each of the last five seconds. */
function flowing({ stream, seen }: Watched): string[] {
  const { fps = 25, seconds } = stream
  const last = seen.frames.at(-1)
  if (!last || last.atS < seconds - 3)
    return [`the last picture came at ${last?.atS.toFixed(1) ?? '-'} s of ${seconds}`]
  const numbers = new Set(seen.frames.map(({ number }) => number).filter((number) => number !== null))
  const from = Math.max(...numbers) - 5 * fps
  const came = [...numbers].filter((number) => number > from).length
  return came < 5 * fps * 0.98 ? [`${came} of the last ${5 * fps} pictures`] : []
}

/** When pictures came again after the fault: after the longest pause that began within two seconds of it. */
function recovery({ stream, seen }: Watched): { afterS: number | null; failures: string[] } {
  const { faultS, recoveredWithinS = 12, frames } = stream.expect
  if (faultS === undefined || frames === 'none') return { afterS: null, failures: [] }
  const { againS } = longestPause(seen.frames, faultS)
  if (againS === null) return { afterS: null, failures: ['no picture came after the fault'] }
  const afterS = Math.max(0, againS - faultS)
  return {
    afterS,
    failures:
      afterS > recoveredWithinS
        ? [`pictures again ${afterS.toFixed(1)} s after the fault, allowed ${recoveredWithinS} s`]
        : [],
  }
}

function longestPause(frames: Watched['seen']['frames'], faultS: number) {
  let againS: number | null = null
  let longestS = 0
  frames.forEach(({ atS }, index) => {
    const beforeS = frames[index - 1]?.atS ?? atS
    if (atS < faultS || beforeS > faultS + 4 || atS - beforeS <= longestS) return
    longestS = atS - beforeS
    againS = atS
  })
  return { againS }
}

function clipFailures(watched: Watched): string[] {
  const { stream, seen, clips } = watched
  const { clips: wanted, frames, faultS } = stream.expect
  if (wanted === 'none') return []
  if (frames === 'none') return []
  const failures: string[] = []
  const inTime = promised(stream, seen)
  const after = inTime.filter(({ atS }) => faultS === undefined || atS > faultS)
  if (after.length === 0) failures.push('no alert was raised and ended')
  for (const alert of inTime) {
    const clip = clips.find(({ alertId }) => alertId === alert.alertId)
    const name = `the clip of the alert at ${alert.atS.toFixed(1)} s`
    if (!clip) failures.push(`${name} is missing`)
    else failures.push(...wrongClip(clip, alert, watched).map((text) => `${name} ${text}`))
  }
  return failures
}

function wrongClip(clip: ReadClip, alert: SeenAlert, watched: Watched): string[] {
  const { stream } = watched
  const wrong: string[] = []
  if (clip.complaint !== null && !stream.expect.complaint?.test(clip.complaint))
    wrong.push(`does not begin with a picture that can be decoded: ${clip.complaint}`)
  if (!(Math.abs(clip.fileMs - clip.durationMs) <= allowedMs))
    wrong.push(`lasts ${ms(clip.fileMs)}, its row says ${ms(clip.durationMs)}`)
  if (clip.filmedMs === null) wrong.push('holds no picture')
  else if (!cutByFault(alert, watched) && !lastsAsFilmed(clip.fileMs, clip.filmedMs, stream))
    wrong.push(`lasts ${ms(clip.fileMs)}, its pictures were filmed in ${ms(clip.filmedMs)}`)
  if (cutByFault(alert, watched) || isFirst(alert, watched)) return wrong
  if (clip.endReason !== null) wrong.push(`ends early: ${clip.endReason}`)
  const leastMs = preRollMs + (alert.lastPtsUs! - alert.firstPtsUs) / 1000 + postRollMs
  const mostMs = leastMs + (stream.gopS ?? 1) * 1000 + 1000 / (stream.fps ?? 25)
  if (clip.durationMs < leastMs - allowedMs || clip.durationMs > mostMs + allowedMs)
    wrong.push(`lasts ${ms(clip.durationMs)}, not ${ms(leastMs)} to ${ms(mostMs)}`)
  return wrong
}

/** A file that ends with a picture may not say how long that one lasts. */
function lastsAsFilmed(
  fileMs: number,
  filmedMs: number,
  { fps = 25, unreadableS = 0 }: TortureStream,
): boolean {
  const leastMs = filmedMs - 1000 / fps - allowedMs
  return fileMs >= leastMs && fileMs <= filmedMs + allowedMs + unreadableS * 1000
}

const ms = (value: number) => `${Math.round(value)} ms`

/** Whether the fault, or a connection that was made anew after it, falls into the time that the clip is to show. */
function cutByFault(alert: SeenAlert, { stream, seen }: Watched): boolean {
  const { faultS } = stream.expect
  if (faultS === undefined || stream.expect.clips === 'each') return false
  const fromS = alert.atS - preRollMs / 1000 - (stream.gopS ?? 1) - 0.5
  const toS = alert.endedS! + postRollMs / 1000
  const { againS } = longestPause(seen.frames, faultS)
  const renewed = seen.frames.some(({ epoch, atS }, index) => {
    const before = seen.frames[index - 1]
    return before !== undefined && epoch !== before.epoch && atS > fromS && before.atS < toS
  })
  return renewed || (fromS < (againS ?? faultS) && toS > faultS)
}

/** Whether it came before the camera had sent so much as there is to be before an alert. */
function isFirst(alert: SeenAlert, { stream, seen }: Watched): boolean {
  const firstS = seen.frames[0]?.atS ?? 0
  return alert.atS - firstS < preRollMs / 1000 + (stream.gopS ?? 1)
}
