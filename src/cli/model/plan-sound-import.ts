import type { SoundImport } from '../../../pipelines/model/import-sound.ts'
import { type SoundPresetName, soundPresets } from '../../../pipelines/model/sound-presets.ts'
import { AppError } from '../../core/errors.ts'
import { presentFields } from '../../core/present-fields.ts'
import type { ImportValues } from './plan-import.ts'
import { readLabels } from './read-labels.ts'

type Needed = 'name' | 'out' | 'fps' | 'size' | 'layout'

/** The options of `vireo model import` as they were given. */
export type GivenValues = Omit<ImportValues, Needed> & Partial<Pick<ImportValues, Needed>>

/** What a model without a preset needs. @throws AppError API_BAD_REQUEST naming the options that are missing */
export function requireValues(values: GivenValues): ImportValues {
  const needed: readonly Needed[] = ['name', 'out', 'fps', 'size', 'layout']
  const missing = needed.filter((option) => values[option] === undefined)
  if (missing.length === 0) return values as ImportValues
  throw new AppError(
    'API_BAD_REQUEST',
    `required option not specified: ${missing.map((option) => `--${option}`).join(', ')}`,
  )
}

/** Options that say how pictures are prepared or read: a preset of sounds takes none of them. */
const ofPictures = [
  'frames',
  'fps',
  'size',
  'layout',
  'stride',
  'kind',
  'decode',
  'pose',
  'margin',
  'grid',
  'fit',
] as const

/** A model of sounds whose preparation is known. @throws AppError API_BAD_REQUEST for options that do not go with it */
export function planSoundImport(file: string, presetName: SoundPresetName, values: GivenValues): SoundImport {
  const preset = soundPresets[presetName]
  const wrong = ofPictures.find((option) => values[option] !== undefined)
  if (wrong !== undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      `--${wrong}: preset ${presetName} says how its sound is prepared; leave it out`,
    )
  const name = values.name ?? preset.name
  return {
    file,
    preset,
    name,
    labels: readLabels(values.labels ?? preset.labels),
    outDir: values.out ?? `models/${name}`,
    force: values.force === true,
    version: values.modelVersion,
    description: values.description,
    license: values.license,
    threshold: values.threshold ?? 0.5,
    ...presentFields({
      activation: values.activation,
      background: values.background,
      inputName: values.input,
      outputName: values.output,
    }),
  }
}
