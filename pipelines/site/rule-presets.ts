import { describePresets } from '../../src/behaviour/describe-presets.ts'
import { missingAction } from '../../src/behaviour/missing-action.ts'
import { blobLabel } from '../../src/detect/motion-blobs.ts'
import type { PresetAnswer } from '../../src/http/setup-port.ts'

interface Labelled {
  readonly kind: string
  readonly labels: readonly { readonly name: string; readonly background?: boolean }[]
}

/** Ready rules, and what of the loaded models can be named in them. */
export function rulePresets(bundles: readonly Labelled[]): PresetAnswer {
  const namesOf = (models: readonly Labelled[]) =>
    models.flatMap(({ labels }) => labels.filter(({ background }) => !background).map(({ name }) => name))
  const detectors = bundles.filter(({ kind }) => kind === 'detector')
  const others = bundles.filter(({ kind }) => kind !== 'detector' && kind !== 'pose')
  const actions = [...new Set(namesOf(others))].sort()
  return {
    presets: describePresets().map((preset) => {
      const lacks = missingAction(preset.name, actions)
      return { ...preset, ...(lacks === null ? {} : { lacks }) }
    }),
    objects: [...new Set([blobLabel, ...namesOf(detectors)])],
    actions,
  }
}
