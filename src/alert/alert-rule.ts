import type { AlertsConfig } from '../config/schema.ts'
import type { Severity } from '../core/alert.ts'
import { AppError } from '../core/errors.ts'
import { fusionName } from './score-fusion.ts'

/** When the scores of one label become an alert, everything filled in. */
export interface AlertRule {
  readonly name: string
  readonly label: string
  /** Only scores of this model; null: of any that has the label. */
  readonly modelName: string | null
  readonly onThreshold: number
  readonly offThreshold: number
  readonly minDurationMs: number
  readonly cooldownMs: number
  readonly updateEveryMs: number
  readonly clearAfterMs: number
  readonly severity: Severity
}

export interface LabelledModel {
  readonly name: string
  readonly labels: readonly {
    readonly name: string
    readonly threshold: number
    readonly background: boolean
  }[]
}

/** Under this share of the threshold a default rule counts its label as over. */
const offShare = 2 / 3

/**
 * The rules for one camera: those of the configuration, and for every label that none of them names (on any
 * camera) a default rule with the threshold of the model's bundle. Background labels get none. A rule for all
 * cameras says nothing about one whose models lack its label, as long as one of `allModels` has it.
 *
 * @param options.models the models that watch this camera
 * @param options.fused labels about which only the fused score raises alerts, unless a rule names its model
 * @param options.allModels every model of the configuration; absent: `models`
 * @throws AppError CONFIG_INVALID when a rule names a label that none of its models has.
 */
export function resolveRules(options: {
  alerts: AlertsConfig
  cameraId: string
  models: readonly LabelledModel[]
  allModels?: readonly LabelledModel[]
  fused?: readonly string[]
}): AlertRule[] {
  const { alerts, cameraId, models, allModels = models, fused = [] } = options
  const { defaults, rules } = alerts
  const configured = rules
    .filter(({ enabled }) => enabled)
    .filter(({ cameras }) => cameras === undefined || cameras.includes(cameraId))
    .filter(({ model }) => model === undefined || models.some(({ name }) => name === model))
    .filter((rule) => {
      const candidates = models.filter(({ name }) => rule.model === undefined || rule.model === name)
      const labels = labelsOf(candidates)
      if (candidates.length === 0 || labels.includes(rule.label)) return candidates.length > 0
      const general = rule.model === undefined && rule.cameras === undefined
      if (general && labelsOf(allModels).includes(rule.label)) return false
      throw new AppError(
        'CONFIG_INVALID',
        `alerts.rules "${rule.name}": no model of camera ${cameraId} has the label "${rule.label}"; ` +
          `there are: ${labels.join(', ')}`,
        { details: { rule: rule.name, label: rule.label, camera: cameraId } },
      )
    })
    .map((rule): AlertRule => {
      const { name, label, model, cameras: _cameras, enabled: _enabled, ...overrides } = rule
      const thresholds = thresholdsOf({ ...defaults, ...defined(overrides) }, bundleThreshold(models, rule))
      return { ...defaults, ...defined(overrides), ...thresholds, name, label, modelName: model ?? null }
    })
  const named = new Set(rules.map(({ label }) => label))
  const implied = models.flatMap((model) => {
    const taken = new Set(rules.map(({ name }) => name))
    return model.labels
      .filter(({ name, background }) => !background && !named.has(name))
      .filter(({ name }) => model.name === fusionName || !fused.includes(name))
      .map(
        ({ name, threshold }): AlertRule => ({
          ...defaults,
          name: freeName(slugOf(name), taken),
          label: name,
          modelName: model.name,
          ...thresholdsOf({ ...defaults, onThreshold: threshold }, threshold),
        }),
      )
  })
  return [...configured, ...implied]
}

/** What the rule says, else what the model's bundle says; the score counts as over at two thirds of it. */
function thresholdsOf(
  rule: { onThreshold?: number; offThreshold?: number },
  fromBundle: number,
): { onThreshold: number; offThreshold: number } {
  const onThreshold = rule.onThreshold ?? fromBundle
  const offThreshold = rule.offThreshold ?? Math.round(onThreshold * offShare * 1000) / 1000
  return { onThreshold, offThreshold: Math.min(onThreshold, offThreshold) }
}

/** The lowest threshold that the rule's models give its label. */
function bundleThreshold(models: readonly LabelledModel[], rule: { label: string; model?: string }): number {
  const thresholds = models
    .filter(({ name }) => rule.model === undefined || rule.model === name)
    .flatMap(({ labels }) => labels.filter(({ name }) => name === rule.label))
    .map(({ threshold }) => threshold)
  return Math.min(1, ...thresholds)
}

const labelsOf = (models: readonly LabelledModel[]): string[] =>
  models.flatMap((model) => model.labels.map(({ name }) => name))

/** The name, or the name with the first number that makes it new; takes it. */
function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let n = 2; taken.has(free); n += 1) free = `${name.slice(0, 58)}-${n}`
  taken.add(free)
  return free
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

function slugOf(label: string): string {
  return (
    label
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63) || 'label'
  )
}
