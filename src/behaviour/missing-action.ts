import { sameLabel } from '../core/text/same-label.ts'
import { type Preset, presetTable } from './presets.ts'

/**
 * The action without which a preset finds nothing, where no model knows it; null where one does or none is needed.
 *
 * @param actions labels of the models
 */
export function missingAction(name: string, actions: readonly string[]): string | null {
  const preset: Preset | undefined = Object.hasOwn(presetTable, name) ? presetTable[name] : undefined
  const action = preset?.parameters.action
  if (!preset || preset.withoutAction || !action || !('default' in action) || action.whereKnown) return null
  const asked = [action.default].flat().map(String)
  const known = asked.some((one) => actions.some((label) => label === one || sameLabel(one, label)))
  return known ? null : asked[0]!
}
