import type { Loaded } from '../api/use-loaded.ts'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'
import { text } from './text.ts'

/** What stands where something is not loaded yet, or cannot be. */
export function Loading(props: { of: Pick<Loaded<unknown>, 'problem' | 'load'>; title?: string }) {
  const { problem, load } = props.of
  const t = text.value
  if (!problem.value) return <EmptyState busy title={props.title ?? t.loading} />
  return (
    <EmptyState problem title={problem.value.message}>
      <Button onClick={() => load()}>{t.again}</Button>
    </EmptyState>
  )
}
