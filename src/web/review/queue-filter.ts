import type { Reason } from './review-types.ts'

/** Which clips are shown; it stands in the address, so that it can be kept and sent. */
export interface QueueFilter {
  readonly state: 'waiting' | 'done' | 'all'
  readonly reason?: Reason
  readonly camera?: string
  readonly label?: string
  readonly shows?: string
}

export const reasons = ['alert', 'uncertain', 'disagreement', 'anomaly', 'random'] as const satisfies Reason[]
const states = ['waiting', 'done', 'all'] as const
const names = ['camera', 'label', 'shows'] as const

/** What the address says; what it says wrongly counts as not said. */
export function readFilter(search: URLSearchParams): QueueFilter {
  const state = states.find((each) => each === search.get('state')) ?? 'waiting'
  const reason = reasons.find((each) => each === search.get('reason'))
  const said = names.flatMap((name) => {
    const value = search.get(name)
    return value ? [[name, value] as const] : []
  })
  return { state, ...(reason && { reason }), ...Object.fromEntries(said) }
}

/** The same for the address; what is usual is left out. */
export function writeFilter(filter: QueueFilter): Record<string, string> {
  const { state, ...rest } = filter
  return { ...(state === 'waiting' ? {} : { state }), ...(rest as Record<string, string>) }
}

/** Another value of one field; empty takes it away. */
export function withField(filter: QueueFilter, name: keyof QueueFilter, value: string): QueueFilter {
  const { [name]: _before, ...rest } = filter
  const next = value === '' ? rest : { ...rest, [name]: value }
  return { state: 'waiting', ...next } as QueueFilter
}
