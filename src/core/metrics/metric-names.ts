import type { Metric, metricTable } from './metric-table.ts'

type Table = typeof metricTable

/** Names of the metrics of some types, as the table has them. */
export type MetricName<Type extends Metric['type'] = Metric['type']> = {
  [Name in keyof Table]: Table[Name]['type'] extends Type ? Name : never
}[keyof Table]

/** A value for each label that the table gives a metric. */
export type MetricLabels<Name extends MetricName> = Readonly<Record<Table[Name]['labels'][number], string>>
