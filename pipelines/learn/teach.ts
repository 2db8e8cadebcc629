import { type LearningConfig, learningSchema } from '../../src/config/schema/learning-schema.ts'
import { AppError } from '../../src/core/errors.ts'
import { meansNothing } from '../../src/core/text/nothing-labels.ts'
import { readLabelledSet } from '../../src/train/data/labelled-set.ts'

/** Under so many clips or groups none is set aside: cross-validation judges on all of them, and all are learned from. */
const fewClips = 100
const fewGroups = 8
/**
 * What `vireo teach FOLDER` learns and how: the settings of the loop for one folder of labelled clips. What is wrong
 * with the folder is told here, before anything is decoded.
 *
 * @param given settings that the configuration has already
 * @throws AppError TRAIN_DATA, TRAIN_LABEL, TRAIN_SPLIT
 */
export async function teachingPlan(options: {
  folder: string
  model: string
  given?: Partial<LearningConfig>
  /** What is taught; as in the settings when left out. */
  kind?: LearningConfig['kind']
}): Promise<LearningConfig> {
  const { folder, model, given = {}, kind } = options
  const { labels, items } = await readLabelledSet([folder])
  const { background = [], ...rest } = given
  const quiet = labels.filter((label) => background.includes(label) || meansNothing(label))
  const groups = new Set(items.map(({ group }) => group))
  if (labels.length < 2)
    throw new AppError(
      'TRAIN_LABEL',
      `${folder}: all ${items.length} clips have the label "${labels[0]}"; a model needs a second one to tell it from, such as a folder "nothing" with clips in which it does not happen`,
    )
  if (quiet.length === labels.length)
    throw new AppError('TRAIN_LABEL', `${folder}: none of the labels ${labels.join(', ')} would ever alert`)
  if (groups.size < 2)
    throw new AppError(
      'TRAIN_SPLIT',
      `${folder}: all clips are of the group "${[...groups][0]}"; to judge what was learned, clips of at least two groups (people, cameras and days, source videos) are needed`,
    )
  const few = items.length < fewClips || groups.size < fewGroups
  return learningSchema.parse({
    ...rest,
    model,
    labelled: [folder],
    background: quiet,
    ...(kind !== undefined && { kind }),
    ...(few && { validationShare: 0, testShare: 0 }),
  })
}
