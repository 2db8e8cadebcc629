import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Metric, metricTable } from '../../../src/core/metrics/metric-table.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}
const rules: Rule[] = parse(read('config/prometheus/vireo-alerts.yaml')).groups.flatMap(
  ({ rules }: { rules: Rule[] }) => rules,
)
const own = rules.filter(({ expr }) => expr.includes('vireo_'))
const metrics: Record<string, Metric> = metricTable

/** Every use of a metric: its name and the matchers behind it. */
const usesOf = (expr: string) =>
  [...expr.matchAll(/(vireo_\w+)(?:\{([^}]*)\})?/g)].map(([, name, inner = '']) => ({
    metric: metrics[name!],
    name: name!,
    matchers: [...inner.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label, , value]) => ({
      label: label!,
      values: value!.split('|'),
    })),
  }))
/** What Prometheus adds: the target, and the quantile of a summary. */
const labelsOf = (metric: Metric) => [
  ...metric.labels,
  'instance',
  'job',
  ...(metric.type === 'summary' ? ['quantile'] : []),
]
/** Labels that the result of an expression has, as far as it says so itself. */
const namedIn = (expr: string) =>
  [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/\s*,\s*/))

describe('config/prometheus/vireo-alerts.yaml', () => {
  it('has rules, each with a name of its own, a severity and a summary', () => {
    expect(own.length).toBeGreaterThan(10)
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Vireo[A-Z]\w+$/)
      expect(['warning', 'critical']).toContain(labels.severity)
      expect(annotations.summary.length).toBeGreaterThan(20)
    }
  })

  it.each(own.map((rule) => [rule.alert, rule] as const))('%s: metrics and labels exist', (_name, rule) => {
    const uses = usesOf(rule.expr)
    for (const { metric, name, matchers } of uses) {
      expect(metric, name).toBeDefined()
      for (const { label } of matchers) expect(labelsOf(metric!), `${name}{${label}}`).toContain(label)
    }
    const common = labelsOf(uses[0]!.metric!)
    for (const label of namedIn(rule.expr)) expect(common, `by (${label})`).toContain(label)
  })

  it.each(own.map((rule) => [rule.alert, rule] as const))(
    '%s: its summary names labels that it has',
    (_name, rule) => {
      const grouped = /^\s*(sum|max|min) by/.test(rule.expr)
      const has = grouped ? namedIn(rule.expr) : labelsOf(usesOf(rule.expr)[0]!.metric!)
      for (const [, label] of rule.annotations.summary.matchAll(/\$labels\.(\w+)/g))
        expect(has).toContain(label)
    },
  )

  it('names states and pictures that there are, and leaves out none that is bad', () => {
    const { state, picture } = JSON.parse(read('src/event/schema/camera-status.schema.json')).properties
    const used = (name: string, label: string) =>
      own
        .flatMap(({ expr }) => usesOf(expr))
        .filter((use) => use.name === name)
        .flatMap(({ matchers }) => matchers.filter((matcher) => matcher.label === label))
        .flatMap(({ values }) => values)
    expect(new Set(used('vireo_camera_state', 'state'))).toEqual(new Set(state.enum))
    expect(new Set([...used('vireo_camera_picture', 'picture'), 'ok'])).toEqual(new Set(picture.enum))
  })

  it('counts only counters', () => {
    for (const { expr } of own)
      for (const [, name] of expr.matchAll(/\b(?:increase|rate)\(\s*(vireo_\w+)/g))
        expect(metrics[name!]?.type).toBe('counter')
  })

  it('is explained in docs/operations.md, rule by rule', () => {
    const explained = [...read('docs/operations.md').matchAll(/^\| `(Vireo\w+)`/gm)].map(([, name]) => name)
    expect(explained).toEqual(rules.map(({ alert }) => alert))
  })
})
