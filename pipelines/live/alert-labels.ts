import type { Config } from '../../src/config/schema.ts'

/** What is asked of a model's bundle. */
interface Labelled {
  readonly kind: string
  readonly labels: readonly { readonly name: string; readonly background?: boolean }[]
}

/** The label of a behaviour's alerts: its preset, or its own name. */
export const behaviourLabel = ({ name, preset }: { readonly name: string; readonly preset?: string }) =>
  preset ?? name

/**
 * Every label that an alert may have: those of the models whose scores are watched, whatever the rules make of them now,
 * and those of the behaviours. Detectors and pose models raise no alert by themselves.
 */
export function alertLabels(config: Config, bundleOf: (modelName: string) => Labelled): string[] {
  const scored = config.models.flatMap(({ name }) => {
    const { kind, labels } = bundleOf(name)
    if (kind === 'detector' || kind === 'pose') return []
    return labels.filter(({ background }) => !background).map((label) => label.name)
  })
  return [...new Set([...scored, ...config.behaviours.rules.map(behaviourLabel)])]
}
