import type { ComponentChildren } from 'preact'

export type Tone = 'neutral' | 'good' | 'warning' | 'critical' | 'info'

/** A few words with a colour; the words say all that the colour says. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge is-${tone}`}>{children}</span>
}
