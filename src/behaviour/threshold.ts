import type { Limits } from '../config/schema/behaviour-schema.ts'
import { shown } from './condition-node.ts'

/** A limit with hysteresis: reached at `above` (or `below`), kept until the value is back beyond `until`. */
export interface Threshold {
  /** `was`: whether it held before. A value that is NaN holds nothing. */
  met(value: number, was: boolean): boolean
  /** "above 0.6" */
  readonly asked: string
}

export function createThreshold(limits: Limits, defaultUntil = (at: number) => at): Threshold {
  const { above, below } = limits
  const at = above ?? below ?? 0
  const until = limits.until ?? defaultUntil(at)
  const asked = above === undefined ? `below ${shown(at)}` : `above ${shown(at)}`
  return {
    asked,
    met: (value, was) => {
      const limit = was ? until : at
      return above === undefined ? value <= limit : value >= limit
    },
  }
}
