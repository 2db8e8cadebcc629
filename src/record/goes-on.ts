import type { Fragment } from '../core/frame.ts'

/** Pictures are sent in the order of decoding: a fragment may begin so much before the end of the one before it. */
const reorderUs = 2_000_000
/** A hole that is longer is no lost packet. */
const gapUs = 10_000_000

/** Whether a fragment can follow media that end at `endPtsUs` in one file. */
export function goesOn(endPtsUs: number, { ptsUs }: Pick<Fragment, 'ptsUs'>): boolean {
  const strayUs = ptsUs - endPtsUs
  return strayUs >= -reorderUs && strayUs <= gapUs
}
