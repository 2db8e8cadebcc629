export interface Part {
  readonly startMs: number
  readonly endMs: number
}

/** The shortest part that can be cut out. */
export const leastMs = 200

/** One edge of a part moved to a time; the other stays, and both stay within the clip. */
export function moveEdge(part: Part, edge: 'start' | 'end', toMs: number, durationMs: number): Part {
  const to = Math.round(toMs)
  if (edge === 'start') return { ...part, startMs: Math.max(0, Math.min(to, part.endMs - leastMs)) }
  return { ...part, endMs: Math.min(durationMs, Math.max(to, part.startMs + leastMs)) }
}

/** The time at a place of the bar. */
export function timeAt(
  clientX: number,
  bar: { readonly left: number; readonly width: number },
  durationMs: number,
) {
  const share = bar.width === 0 ? 0 : (clientX - bar.left) / bar.width
  return Math.min(1, Math.max(0, share)) * durationMs
}

/** Where a clip is looped: what was cut out, or a little before and after what the model said, or all of it. */
export function loopPart(
  clip: {
    readonly durationMs: number
    readonly saidFromMs: number | null
    readonly saidToMs: number | null
  },
  trimmed: Part | null,
): Part {
  if (trimmed) return trimmed
  const { durationMs, saidFromMs, saidToMs } = clip
  if (saidFromMs === null || saidToMs === null) return { startMs: 0, endMs: durationMs }
  return { startMs: Math.max(0, saidFromMs - 500), endMs: Math.min(durationMs, saidToMs + 500) }
}
