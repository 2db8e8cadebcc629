import { cpus, release, totalmem } from 'node:os'

/** One promise of the project with what was measured. */
export interface Bar {
  readonly name: string
  readonly value: number
  readonly op: '<=' | '>='
  readonly limit: number
  readonly holds: boolean
}

/** Where figures come from. */
export interface Measured {
  /** Day, as 2026-11-30. */
  readonly date: string
  /** Short commit of what was measured; with a "+" when files differed from it. */
  readonly commit: string
  readonly command: string
}

export interface BenchReport {
  readonly bench: string
  readonly machine: string
  /** Written by run.ts when the report is saved. */
  readonly measured?: Measured
  readonly figures: Readonly<Record<string, number>>
  readonly bars: readonly Bar[]
}

export type Log = (line: string) => void

/** What every bench is run with. */
export interface BenchOptions {
  readonly log: Log
  /**
   * The smallest sizes with which every part of the bench still runs, in seconds: the suite runs each bench so, that
   * none rots. Figures have their usual shape, their values say nothing and bars are not judged.
   */
  readonly smoke: boolean
  /** The parts that are to run, of a bench that has parts with names; all when left out. */
  readonly only?: readonly string[]
}

export function bar(name: string, value: number, op: Bar['op'], limit: number): Bar {
  return { name, value, op, limit, holds: op === '<=' ? value <= limit : value >= limit }
}

/** The machine in words that say nothing about whose it is. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${model}, ${memory} GiB, Linux ${release().split('-')[0]}, Node ${process.versions.node}`
}

/** Middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Value at a share of the sorted list, between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const lower = sorted[low]!
  return lower + ((sorted[low + 1] ?? lower) - lower) * (at - low)
}

/** Three significant digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
