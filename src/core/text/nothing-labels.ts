import { sameLabel } from './same-label.ts'

const nothing = [
  ...[
    'background',
    'nothing',
    'none',
    'normal',
    'other',
    'others',
    'empty',
    'negative',
    'neutral',
    'no event',
  ],
]

/** Whether a label by its name shows nothing that should alert. */
export const meansNothing = (label: string): boolean => nothing.some((each) => sameLabel(each, label))
