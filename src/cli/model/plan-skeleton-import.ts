import type { SkeletonImport } from '../../../pipelines/model/import-skeleton.ts'
import { AppError } from '../../core/errors.ts'
import { presentFields } from '../../core/present-fields.ts'
import type { GivenValues } from './plan-sound-import.ts'
import { readLabels } from './read-labels.ts'

/** Options that say how pictures are prepared or read: a model of keypoints sees none. */
const ofPictures = ['size', 'layout', 'decode', 'pose', 'margin', 'grid', 'fit'] as const

const usualFps = 10

/** A model of keypoints. @throws AppError API_BAD_REQUEST for options that are missing or do not go with it */
export function planSkeletonImport(file: string, values: GivenValues): SkeletonImport {
  const wrong = ofPictures.find((option) => values[option] !== undefined)
  if (wrong !== undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      `--${wrong}: a model of kind skeleton sees no pictures; leave it out`,
    )
  const { name, out, labels } = values
  if (name === undefined || out === undefined || labels === undefined) {
    const missing = (['name', 'out', 'labels'] as const).filter((option) => values[option] === undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      `required option not specified: ${missing.map((option) => `--${option}`).join(', ')}`,
    )
  }
  return {
    file,
    name,
    outDir: out,
    labels: readLabels(labels),
    force: values.force === true,
    version: values.modelVersion,
    description: values.description,
    license: values.license,
    threshold: values.threshold ?? 0.5,
    activation: values.activation ?? 'softmax',
    background: values.background ?? [],
    sampleFps: values.fps ?? usualFps,
    ...presentFields({
      frames: values.frames,
      strideFrames: values.stride,
      inputName: values.input,
      outputName: values.output,
    }),
  }
}
