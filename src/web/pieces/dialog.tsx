import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Button } from './button.tsx'
import { text } from './text.ts'

/** The browser's own modal dialog: it keeps the focus inside, Esc and a press beside it close it. */
export function Dialog(props: {
  title: string
  open: boolean
  onClose: () => void
  wide?: boolean
  /** Buttons at its end. */
  actions?: ComponentChildren
  children: ComponentChildren
}) {
  const { title, open, onClose, wide = false, actions, children } = props
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current!
    if (open && !dialog.open) dialog.showModal()
    if (!open && dialog.open) dialog.close()
  }, [open])
  return (
    <dialog
      ref={ref}
      class={wide ? 'dialog is-wide' : 'dialog'}
      aria-labelledby={id}
      onClose={onClose}
      onMouseDown={(event) => event.target === ref.current && onClose()}
    >
      {open && (
        <div class="dialog-inside">
          <header class="dialog-head">
            <h2 id={id}>{title}</h2>
            <Button kind="quiet" icon="cross" label={text.value.close} keyName="Esc" onClick={onClose} />
          </header>
          <div class="dialog-body">{children}</div>
          {actions && <footer class="dialog-actions">{actions}</footer>}
        </div>
      )}
    </dialog>
  )
}
