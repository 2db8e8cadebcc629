import type { FragmentBody } from '../fragment-reader.ts'
import { type ClockStep, createTimeLine } from './time-line.ts'

export interface ConnectionClock {
  /** Where a frame of a stream belongs; null: behind a step, or in no order with what came before. */
  frame(index: number, timeUs: number | null, monoMs: number): number | null
  sound(timeUs: number | null, monoMs: number): number | null
  fragment(fragment: FragmentBody, monoMs: number): number | null
  /** A packet was sent; nothing is made of it, but a step shows in it first. */
  packet(timeUs: number | null, monoMs: number): void
}

/** ffmpeg guesses the decode times of the first packets where pictures are reordered. */
const guessedPackets = 20
/** Its guesses later on, when a camera changes how far it reorders. */
const packetBackMs = 2000

/**
 * The time of one connection of a camera: one line for all that it gives. With the first step of its clock, whichever
 * product shows it, the line has ended: nothing is placed any more, and `onStep` is called once.
 *
 * @param judged false where steps can be no reason to connect anew: a file would begin at its beginning.
 */
export function createConnectionClock(options: {
  streams: number
  judged: boolean
  onStep: (step: ClockStep) => void
}): ConnectionClock {
  const { judged, onStep } = options
  const frames = Array.from({ length: options.streams }, () => createTimeLine())
  const sounds = createTimeLine()
  const fragments = createTimeLine()
  const packets = createTimeLine(packetBackMs)
  let sent = 0
  let ended = false

  const place = (line: typeof sounds, timeUs: number | null, monoMs: number, untilUs?: number) => {
    if (ended) return null
    if (!judged) return line.follow(timeUs)
    const placed = line.place(timeUs, monoMs, untilUs)
    if (typeof placed === 'number') return placed
    ended = true
    onStep(placed)
    return null
  }

  return {
    frame: (index, timeUs, monoMs) => place(frames[index]!, timeUs, monoMs),
    sound: (timeUs, monoMs) => place(sounds, timeUs, monoMs),
    fragment: ({ ptsUs, durationUs }, monoMs) => place(fragments, ptsUs, monoMs, ptsUs + durationUs),
    packet(timeUs, monoMs) {
      sent += 1
      if (sent > guessedPackets) place(packets, timeUs, monoMs)
    },
  }
}
