import { cpus, release, totalmem } from 'node:os'

/** One promise of the project with what was measured. */
export interface Bar {
  readonly name: string
  readonly value: number
  readonly op: '<=' | '>='
  readonly limit: number
  readonly holds: boolean
}

export interface BenchReport {
  readonly bench: string
  readonly machine: string
  readonly figures: Readonly<Record<string, number>>
  readonly bars: readonly Bar[]
}

export type Log = (line: string) => void

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
