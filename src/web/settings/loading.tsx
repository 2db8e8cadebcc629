import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { text } from './text.ts'
import type { Loaded } from './use-loaded.ts'

/** What stands where something is not loaded yet, or cannot be. */
export function Loading({ of: { problem, reload } }: { of: Pick<Loaded<unknown>, 'problem' | 'reload'> }) {
  const t = text.value
  if (!problem.value) return <EmptyState busy title={t.loading} />
  return (
    <EmptyState problem title={problem.value.message}>
      <Button onClick={() => reload()}>{t.again}</Button>
    </EmptyState>
  )
}
