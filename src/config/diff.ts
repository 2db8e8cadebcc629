import { canonicalJson } from './config-hash.ts'
import type { Config } from './schema.ts'

export interface NamedChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

export interface ConfigDiff {
  readonly cameras: NamedChanges
  readonly models: NamedChanges
  readonly rules: NamedChanges
  /** Top-level sections besides the named lists that differ. */
  readonly sections: readonly string[]
}

/** Sections besides the cameras and rules that a reload takes. */
const liveSections: ReadonlySet<string> = new Set([
  'alerts.defaults',
  'alerts.fusion',
  'recording',
  'sampling',
  'behaviours',
])

/** What of the changes takes effect only with a restart, such as `models actions` or `http`. */
export function restartOf({ models, sections }: Pick<ConfigDiff, 'models' | 'sections'>): string[] {
  const touched = [...models.added, ...models.removed, ...models.changed]
  return [
    ...touched.map((name) => `models ${name}`),
    ...sections.filter((section) => !liveSections.has(section)),
  ]
}

/** What changed, by name: enough for a reload to touch only that. Compares secrets too but returns none. */
export function diffConfig(before: Config, after: Config): ConfigDiff {
  const same = (a: unknown, b: unknown) => canonicalJson(a ?? null) === canonicalJson(b ?? null)
  const named = <T>(old: readonly T[], now: readonly T[], nameOf: (item: T) => string): NamedChanges => {
    const oldByName = new Map(old.map((item) => [nameOf(item), item]))
    const nowByName = new Map(now.map((item) => [nameOf(item), item]))
    return {
      added: [...nowByName.keys()].filter((name) => !oldByName.has(name)),
      removed: [...oldByName.keys()].filter((name) => !nowByName.has(name)),
      changed: [...nowByName]
        .filter(([name, item]) => oldByName.has(name) && !same(oldByName.get(name), item))
        .map(([name]) => name),
    }
  }
  const sections = (
    [
      'node',
      'dataDir',
      'behaviours',
      'events',
      'recording',
      'sampling',
      'webhooks',
      'kafka',
      'mqtt',
      'http',
      'learning',
      'log',
    ] as const
  ).filter((section) => !same(before[section], after[section]))
  return {
    cameras: named(before.cameras, after.cameras, (camera) => camera.id),
    models: named(before.models, after.models, (model) => model.name),
    rules: named(before.alerts.rules, after.alerts.rules, (rule) => rule.name),
    sections: [
      ...sections,
      ...(['defaults', 'fusion'] as const)
        .filter((part) => !same(before.alerts[part], after.alerts[part]))
        .map((part) => `alerts.${part}`),
    ],
  }
}
