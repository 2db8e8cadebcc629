/** What a model of skeletons tells apart, in the order of its columns. */
export const skeletonLabels = [
  ...['standing', 'walking', 'running', 'sitting', 'bending', 'crouching', 'falling', 'lying', 'waving'],
  ...['hands-up', 'fighting', 'pushing', 'kicking', 'throwing', 'climbing', 'exercise'],
] as const
export type SkeletonLabel = (typeof skeletonLabels)[number]

/** Life as it is: these never alert by themselves. Rules may ask for them. */
export const backgroundLabels: readonly SkeletonLabel[] = [
  ...(['standing', 'walking', 'running', 'sitting', 'bending', 'crouching', 'lying', 'exercise'] as const),
]
