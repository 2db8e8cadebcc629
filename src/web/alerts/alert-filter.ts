import { type Alert, isOpen, type Severity, startedMs } from './alert.ts'

/** What the list shows. All of it stands in the address, so that a view can be kept and sent. */
export interface AlertFilter {
  readonly camera?: string
  readonly group?: string
  readonly label?: string
  readonly rule?: string
  readonly severity?: Severity
  readonly state?: 'open' | 'ended'
  readonly reviewed?: 'yes' | 'no'
  /** A span that ends now, or `since` and `until`. */
  readonly span?: Span
  /** ISO 8601. */
  readonly since?: string
  readonly until?: string
}

export const spansMs = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
} as const
export type Span = keyof typeof spansMs

const choices: { readonly [K in keyof AlertFilter]-?: readonly string[] | 'slug' | 'text' | 'time' } = {
  camera: 'slug',
  group: 'slug',
  label: 'text',
  rule: 'text',
  severity: ['info', 'warning', 'critical'],
  state: ['open', 'ended'],
  reviewed: ['yes', 'no'],
  span: Object.keys(spansMs),
  since: 'time',
  until: 'time',
}
export const filterFields = Object.keys(choices) as readonly (keyof AlertFilter)[]

/** The filter of an address; what is none is left out. */
export function readFilter(search: string): AlertFilter {
  const params = new URLSearchParams(search)
  return Object.fromEntries(
    filterFields.flatMap((field) => {
      const value = params.get(field)
      return value !== null && isGood(field, value) ? [[field, value]] : []
    }),
  )
}

function isGood(field: keyof AlertFilter, value: string): boolean {
  const of = choices[field]
  if (of === 'slug') return /^[a-z0-9][a-z0-9-]{0,62}$/.test(value)
  if (of === 'text') return value !== '' && value.length <= 200
  if (of === 'time') return !Number.isNaN(Date.parse(value))
  return of.includes(value)
}

/** The part of an address that says the filter, with its question mark; empty without one. */
export function writeFilter(filter: AlertFilter): string {
  const params = new URLSearchParams()
  for (const field of filterFields) {
    const value = filter[field]
    if (value !== undefined) params.set(field, value)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** A filter with some fields otherwise; null takes one away. */
export function changeFilter(
  filter: AlertFilter,
  change: { readonly [K in keyof AlertFilter]?: AlertFilter[K] | null },
): AlertFilter {
  const next = { ...filter, ...change }
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null))
}

/** Which cameras are in a group. */
export type Groups = ReadonlyMap<string, readonly string[]>

/** What the server is asked. */
export function queryOf(filter: AlertFilter, nowMs: number, groups: Groups) {
  const { label, rule, severity, state, reviewed } = filter
  const cameras = camerasOf(filter, groups)
  const { sinceMs, untilMs } = timesOf(filter, nowMs)
  return {
    ...(cameras && { camera: cameras.join(',') }),
    ...(label !== undefined && { label }),
    ...(rule !== undefined && { rule }),
    ...(severity !== undefined && { severity }),
    ...(state !== undefined && { open: String(state === 'open') }),
    ...(reviewed !== undefined && { reviewed: String(reviewed === 'yes') }),
    ...(sinceMs !== null && { since: new Date(sinceMs).toISOString() }),
    ...(untilMs !== null && { until: new Date(untilMs).toISOString() }),
  }
}

/** Null: all. A group without cameras is no camera's name. */
function camerasOf({ camera, group }: AlertFilter, groups: Groups): readonly string[] | null {
  if (group === undefined) return camera === undefined ? null : [camera]
  const members = groups.get(group) ?? []
  const found = camera === undefined ? members : members.filter((id) => id === camera)
  return found.length > 0 ? found : ['0-none']
}

function timesOf({ span, since, until }: AlertFilter, nowMs: number) {
  if (span !== undefined) return { sinceMs: nowMs - spansMs[span], untilMs: null }
  return {
    sinceMs: since === undefined ? null : Date.parse(since),
    untilMs: until === undefined ? null : Date.parse(until),
  }
}

/** Whether an alert that comes by itself belongs into the list. */
export function matches(alert: Alert, filter: AlertFilter, nowMs: number, groups: Groups): boolean {
  const cameras = camerasOf(filter, groups)
  const { sinceMs, untilMs } = timesOf(filter, nowMs)
  const atMs = startedMs(alert)
  return (
    (cameras === null || cameras.includes(alert.cameraId)) &&
    (filter.label === undefined || alert.label === filter.label) &&
    (filter.rule === undefined || alert.rule === filter.rule) &&
    (filter.severity === undefined || alert.severity === filter.severity) &&
    (filter.state === undefined || isOpen(alert) === (filter.state === 'open')) &&
    (filter.reviewed === undefined || (alert.reviewed ?? false) === (filter.reviewed === 'yes')) &&
    (sinceMs === null || atMs >= sinceMs) &&
    (untilMs === null || atMs < untilMs)
  )
}
