import type { ComponentChildren } from 'preact'

/** Says why there is nothing to see: still loading, nothing there, or a problem; below it what can be done. */
export function EmptyState(props: {
  title: string
  busy?: boolean
  problem?: boolean
  children?: ComponentChildren
}) {
  const { title, busy = false, problem = false, children } = props
  return (
    <div class={`empty${problem ? ' is-problem' : ''}`} role={problem ? 'alert' : 'status'} aria-busy={busy}>
      {busy && <span class="spinner" aria-hidden="true" />}
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}
