import type { ComponentChildren } from 'preact'
import { useSending } from './form.tsx'
import { Icon, type IconName } from './icon.tsx'
import { useOneAtATime } from './use-one-at-a-time.ts'

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
  /** Where it gives a promise, the button waits until that has ended: a second press meanwhile does nothing. */
  readonly onClick?: (event: MouseEvent) => unknown
  readonly children?: ComponentChildren
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', icon, label, keyName, type = 'button', pressed, children } = props
  const { run, goesOn } = useOneAtATime()
  const sending = useSending() && type === 'submit'
  // While it waits for itself it keeps the focus, so that a keyboard goes on from here.
  const waits = goesOn || sending
  const hint = keyName && label ? `${label} (${keyName})` : label
  return (
    <button
      type={type}
      class={`button is-${kind}${children === undefined ? ' is-icon' : ''}`}
      disabled={props.disabled || props.busy}
      aria-disabled={waits || undefined}
      aria-busy={props.busy || waits || undefined}
      aria-pressed={pressed}
      aria-label={children === undefined ? label : undefined}
      title={hint}
      onClick={(event) => {
        if (waits) event.preventDefault()
        else run(() => props.onClick?.(event))
      }}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  )
}
