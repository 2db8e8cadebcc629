import type { SocketMode } from './messages.ts'

/** Ways of showing a camera, the best first; stills are asked for one by one. */
export const modes = ['mse', 'mpeg1', 'mjpeg', 'stills'] as const
export type Mode = SocketMode | 'stills'
/** Why it is not the best one. */
export type Why = 'codec' | 'noMediaSource' | 'frozen' | 'nothing' | 'chosen'

export interface Way {
  readonly mode: Mode
  readonly why: Why | null
}

/** What to begin with. */
export function firstWay(chosen: Mode | 'auto', browser: { readonly mediaSource: boolean }): Way {
  if (chosen !== 'auto') return { mode: chosen, why: chosen === 'mse' ? null : 'chosen' }
  return browser.mediaSource ? { mode: 'mse', why: null } : { mode: 'mpeg1', why: 'noMediaSource' }
}

/** What to try when a way does not work; the last one stays. The first reason is the one that people want to know. */
export function nextWay({ mode, why }: Way, because: Why): Way {
  const next = modes[Math.min(modes.indexOf(mode) + 1, modes.length - 1)]!
  return { mode: next, why: why === null || why === 'chosen' ? because : why }
}

/** The type of a stream as MediaSource is asked for it; null where there is no name for its codec. */
export const mimeOf = (codec: string | null): string | null =>
  codec === null ? null : `video/mp4; codecs="${codec}"`
