import type { Box, Scene, Track } from './messages.ts'

/** The moment of a picture: on the clock of the analysis, or when it came to the server; null: the newest there is. */
export type Moment = { readonly epoch: number; readonly ptsUs: number } | { readonly atMs: number } | null

/** What was found stays on the picture for so long without anything newer. */
const staysMs = 1000

/** What was seen in a picture: between two looks of the detector boxes are in between, too. */
export function sceneAt(scenes: readonly Scene[], moment: Moment): Scene | null {
  if (moment === null) return scenes.at(-1) ?? null
  const same = 'epoch' in moment ? scenes.filter(({ epoch }) => epoch === moment.epoch) : scenes
  const timeOf = (scene: Scene) => ('epoch' in moment ? scene.ptsUs / 1000 : scene.atMs)
  const wantedMs = 'epoch' in moment ? moment.ptsUs / 1000 : moment.atMs
  const at = same.findLastIndex((scene) => timeOf(scene) <= wantedMs)
  const before = same[at]
  if (!before || wantedMs - timeOf(before) > staysMs) return null
  const after = same[at + 1]
  if (!after) return before
  const share = (wantedMs - timeOf(before)) / Math.max(1, timeOf(after) - timeOf(before))
  return { ...before, tracks: before.tracks.map((track) => between(track, after, share)) }
}

function between(track: Track, after: Scene, share: number): Track {
  const next = after.tracks.find(({ id }) => id === track.id)
  if (!next) return track
  const mix = (a: number, b: number) => a + (b - a) * share
  const box = track.box.map((value, index) => mix(value, next.box[index]!)) as unknown as Box
  const body = track.body?.map(([x, y, score], index) => {
    const to = next.body?.[index]
    return to ? ([mix(x, to[0]), mix(y, to[1]), Math.min(score, to[2])] as const) : ([x, y, score] as const)
  })
  return { ...track, box, ...(body && { body }) }
}
