import type { paths } from '../api/api-types.ts'

/** An alert as the list and the events have it. */
export type Alert =
  paths['/api/v1/alerts']['get']['responses'][200]['content']['application/json']['alerts'][number]

export type Severity = NonNullable<Alert['severity']>

/** When it began, milliseconds since the Unix epoch; what says nothing sorts last. */
export const startedMs = ({ startedAt }: Pick<Alert, 'startedAt'>): number =>
  startedAt === undefined ? 0 : Date.parse(startedAt)

/** Whether it goes on. */
export const isOpen = ({ phase }: Pick<Alert, 'phase'>): boolean => phase !== 'end'

/** The first picture of its clip, where there is one. */
export const hasClip = ({ clip }: Pick<Alert, 'clip'>): boolean =>
  clip !== null && clip.removedReason === null
