/** What to do about the distance between what is shown and what has come. */
export type CatchUp = { readonly seekTo: number } | { readonly rate: number }

export interface CatchUpOptions {
  /** How far behind the newest picture it plays, seconds. Grows where the network stumbles. */
  readonly targetS: number
}

export const leastTargetS = 0.35
export const mostTargetS = 2
/** Further behind it is no use to run: it leaps. */
const leapS = 4
/** Around the target nothing is done, so that it does not hunt. */
const calmS = 0.15

/** Plays a little faster when it is late and a little slower when it runs out; nobody sees a tenth. */
export function catchUp(now: { currentS: number; endS: number }, { targetS }: CatchUpOptions): CatchUp {
  const lateS = now.endS - now.currentS - targetS
  if (lateS > leapS || now.currentS > now.endS) return { seekTo: Math.max(0, now.endS - targetS) }
  if (lateS > 1) return { rate: 1.25 }
  if (lateS > calmS) return { rate: 1.1 }
  if (lateS < -calmS) return { rate: 0.95 }
  return { rate: 1 }
}

/** After a stumble it keeps a greater distance; after a quiet minute a smaller one again. */
export function nextTargetS(targetS: number, what: 'stumbled' | 'quiet'): number {
  return what === 'stumbled' ? Math.min(mostTargetS, targetS + 0.25) : Math.max(leastTargetS, targetS - 0.1)
}
