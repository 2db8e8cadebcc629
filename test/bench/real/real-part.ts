import type { Bar, Log } from '../report.ts'

export interface RealOptions {
  /** Folders of the bundles. */
  readonly people: string
  readonly skeleton: string
  /** For films that are made for a part. */
  readonly dir: string
  readonly smoke: boolean
  readonly log: Log
}

export interface RealPart {
  readonly figures: Readonly<Record<string, number>>
  /** Name of the figure, and what is asked of it. */
  readonly bars: readonly (readonly [figure: string, op: Bar['op'], limit: number])[]
}
