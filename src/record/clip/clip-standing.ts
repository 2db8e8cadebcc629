/**
 * What speaks for keeping a clip, the least first. sample: nobody asked for it. free: nothing. unreviewed: its alert
 * waits for a person. labelled: what a person said of it, or a dataset version, rests on it.
 */
export const clipStandings = ['sample', 'free', 'unreviewed', 'labelled'] as const
export type ClipStanding = (typeof clipStandings)[number]

export const rankOf = (standing: ClipStanding): number => clipStandings.indexOf(standing)

/** Whether a clip goes when it is old or too much, and not only when the disk would otherwise run full. */
export const isExpendable = (standing: ClipStanding): boolean => rankOf(standing) < rankOf('unreviewed')
