import { isParameterSet, type Media, type MediaUnit, ticksPerSecond } from './media.ts'
import { packetise } from './packetise.ts'
import { createRtpTrack, type RtpTrack } from './rtp-track.ts'
import type { OddScript, Step } from './script.ts'

export type TrackName = 'video' | 'sound'

/** Who gets what the camera sends. */
export interface Listener {
  /** Whether it waits for a keyframe before anything of the video. */
  waiting: boolean
  /** `kind`: a packet of media, or a sender report. */
  send(track: TrackName, kind: 'rtp' | 'rtcp', packet: Buffer): void
  end(): void
}

export interface Playout {
  readonly tracks: { readonly video: RtpTrack | null; readonly sound: RtpTrack | null }
  /** Milliseconds of `performance.now()` at the first PLAY, or null. */
  startedMs(): number | null
  join(listener: Listener): void
  leave(listener: Listener): void
  close(): void
}

const soundPacketMs = 40
const soundRateHz = 8000

/**
 * The camera's one time line: it begins with the first listener and goes on whoever comes and goes, as the time in
 * front of a real camera does. Sends each picture when it is due, and does what the script says.
 */
export function createPlayout(script: OddScript): Playout {
  const { startS = 0, reportEveryS = 2, videoAfterS = 0, base = 20_000_000, join = 'keyframe' } = script
  const { speed = 1, jitterMs = 0 } = script.timestamps ?? {}
  const payloadType = script.media?.codec === 'mjpeg' ? 26 : 96
  const video = script.media && createRtpTrack({ rateHz: ticksPerSecond, payloadType, base, ssrc: 0x1357 })
  const sound = script.sound
    ? createRtpTrack({ rateHz: soundRateHz, payloadType: 0, base: 4000, ssrc: 0x2468 })
    : null
  const listeners = new Set<Listener>()
  const steps = [...(script.steps ?? [])].sort((a, b) => a.atS - b.atS)
  const tone = toneMulaw()
  let media = script.media
  let index = media ? indexAt(media, startS) : 0
  let startedMs: number | null = null
  let timer: NodeJS.Timeout | undefined
  let soundSent = 0
  let reportedS = Number.NEGATIVE_INFINITY
  /** Until when, in seconds of the time line. */
  let heldUntilS = Number.NEGATIVE_INFINITY
  let mutedUntilS = Number.NEGATIVE_INFINITY
  let silentUntilS = Number.NEGATIVE_INFINITY
  let harm: { how: 'lose' | 'swap' | 'repeat'; percent: number; untilS: number } | null = null
  let behind: Buffer | null = null
  let untilKeyframe = false
  const random = seeded(7)

  const nowS = () => (performance.now() - startedMs!) / 1000

  const deliver = (track: TrackName, kind: 'rtp' | 'rtcp', packet: Buffer, first: boolean) => {
    for (const listener of listeners) {
      if (track === 'video' && listener.waiting) {
        if (!first) continue
        listener.waiting = false
      }
      listener.send(track, kind, packet)
    }
  }

  /** A packet of the video on its way, where some are lost, late or doubled. */
  const throughNetwork = (packet: Buffer, first: boolean, atS: number) => {
    const harmed = harm && atS < harm.untilS && random() * 100 < harm.percent ? harm.how : null
    if (harmed === 'lose') return
    if (harmed === 'swap' && behind === null) {
      behind = packet
      return
    }
    deliver('video', 'rtp', packet, first)
    if (harmed === 'repeat') deliver('video', 'rtp', packet, false)
    if (behind !== null) deliver('video', 'rtp', behind, false)
    behind = null
  }

  const sendUnit = (unit: MediaUnit, atS: number) => {
    if (untilKeyframe && unit.keyframe) untilKeyframe = false
    const { codec } = media!
    const stripped = script.setsInStream === false
    const parts = stripped ? unit.parts.filter((part) => !isParameterSet(codec, part)) : unit.parts
    sendParts(parts, unit.ptsTicks, unit.keyframe || join === 'now', atS)
  }
  const sendParts = (parts: readonly Buffer[], ticks: number, first: boolean, atS: number) => {
    const payloads = packetise(media!.codec, parts)
    const late = jitterMs === 0 ? 0 : Math.round((random() * jitterMs * ticksPerSecond) / 1000)
    const stamp = Math.round(ticks * speed) + late
    payloads.forEach((payload, place) => {
      const packet = video!.packet(payload, stamp, place === payloads.length - 1)
      throughNetwork(packet, first && place === 0, atS)
    })
  }

  const apply = (step: Step) => {
    const tracks = [video, sound].filter((track) => track !== null)
    if (step.do === 'stepTimestamps') for (const track of tracks) track.stepTimestamps(step.byS)
    else if (step.do === 'stepReports') {
      for (const track of tracks) track.stepReports(step.byS)
      reportedS = Number.NEGATIVE_INFINITY
    } else if (step.do === 'restartEncoder') for (const track of tracks) track.restart(step.base)
    else if (step.do === 'jumpSequence') for (const track of tracks) track.jumpSequence(step.by)
    else if (step.do === 'hold') heldUntilS = step.atS + step.forS
    else if (step.do === 'mute') {
      mutedUntilS = step.atS + step.forS
      if (step.only === undefined) silentUntilS = mutedUntilS
    } else if (step.do === 'close') for (const listener of [...listeners]) listener.end()
    else if (step.do === 'show') show(step.media, step.from, step.atS)
    else harm = { how: step.do, percent: step.percent, untilS: step.atS + step.forS }
  }
  const show = (next: Media, from: 'keyframe' | 'middle', atS: number) => {
    media = next
    index = indexAt(next, startS + atS - videoAfterS)
    if (from === 'keyframe') while (index < next.units.length && !next.units[index]!.keyframe) index += 1
    else {
      const sets = next.units[0]!.parts.filter((part) => isParameterSet(next.codec, part))
      sendParts(sets, next.units[index]!.ptsTicks, false, atS)
    }
  }

  const sendSound = (untilS: number) => {
    while (sound && (soundSent * soundPacketMs) / 1000 <= untilS) {
      const samples = (soundRateHz * soundPacketMs) / 1000
      const from = (soundSent * samples) % (tone.length - samples)
      const packet = sound.packet(tone.subarray(from, from + samples), soundSent * samples, false)
      if (untilS >= silentUntilS) deliver('sound', 'rtp', packet, true)
      soundSent += 1
    }
  }
  const sendReports = (atS: number) => {
    if (reportEveryS === 0 || atS - reportedS < reportEveryS) return
    reportedS = atS
    const nowMs = Date.now()
    if (video && atS >= videoAfterS)
      deliver('video', 'rtcp', video.report(nowMs, (atS - videoAfterS + startS) * ticksPerSecond), false)
    if (sound) deliver('sound', 'rtcp', sound.report(nowMs, atS * soundRateHz), true)
  }

  const tick = () => {
    const atS = nowS()
    while (steps[0] && steps[0].atS <= atS) {
      const step = steps.shift()!
      if (atS >= heldUntilS) sendDue(step.atS)
      apply(step)
    }
    if (atS >= heldUntilS) sendDue(atS)
    timer = setTimeout(tick, 5)
  }
  const sendDue = (atS: number) => {
    if (atS >= mutedUntilS) sendReports(atS)
    sendSound(atS)
    while (media && index < media.units.length && dueS(media.units[index]!) <= atS) {
      const unit = media.units[index]!
      const due = dueS(unit)
      index += 1
      if (due >= mutedUntilS) sendUnit(unit, due)
    }
    if (media && index >= media.units.length) for (const listener of [...listeners]) listener.end()
  }
  const dueS = (unit: MediaUnit) =>
    (unit.dtsTicks - media!.units[0]!.dtsTicks) / ticksPerSecond - startS + videoAfterS

  return {
    tracks: { video, sound },
    startedMs: () => startedMs,
    join(listener) {
      listener.waiting = join === 'keyframe'
      listeners.add(listener)
      reportedS = Number.NEGATIVE_INFINITY
      if (startedMs !== null) return
      startedMs = performance.now()
      tick()
    },
    leave: (listener) => void listeners.delete(listener),
    close() {
      clearTimeout(timer)
      for (const listener of [...listeners]) listener.end()
      listeners.clear()
    },
  }
}

function indexAt({ units }: Media, second: number): number {
  const first = units[0]!.dtsTicks
  const found = units.findIndex(({ dtsTicks }) => (dtsTicks - first) / ticksPerSecond >= second - 1e-6)
  return found < 0 ? units.length : found
}

/** Two seconds of 440 Hz in µ-law. */
function toneMulaw(): Buffer {
  return Buffer.from(
    Uint8Array.from({ length: soundRateHz * 2 }, (_, n) =>
      mulaw(Math.round(8000 * Math.sin((2 * Math.PI * 440 * n) / soundRateHz))),
    ),
  )
}

/** ITU-T G.711. */
function mulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const level = Math.min(Math.abs(sample), 32_635) + 132
  const exponent = Math.floor(Math.log2(level)) - 7
  return ~(sign | (exponent << 4) | ((level >> (exponent + 3)) & 15)) & 255
}

/** Numbers from 0 to 1, always the same ones. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
