import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

export interface ButtonProps {
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly icon?: IconName
  /** What it is called where it shows only an icon, and beside the key that does the same. */
  readonly label?: string
  /** The key that does the same, shown on pointing. */
  readonly keyName?: string
  readonly type?: 'button' | 'submit'
  readonly disabled?: boolean
  readonly pressed?: boolean
  /** Whether what it began still goes on: it cannot be pressed and says so. */
  readonly busy?: boolean
  readonly onClick?: (event: MouseEvent) => void
  readonly children?: ComponentChildren
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', icon, label, keyName, type = 'button', pressed, busy, children } = props
  const hint = keyName && label ? `${label} (${keyName})` : label
  return (
    <button
      type={type}
      class={`button is-${kind}${children === undefined ? ' is-icon' : ''}`}
      disabled={props.disabled || busy}
      aria-busy={busy || undefined}
      aria-pressed={pressed}
      aria-label={children === undefined ? label : undefined}
      title={hint}
      onClick={props.onClick}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  )
}
