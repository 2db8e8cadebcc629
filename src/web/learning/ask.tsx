import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { type ApiProblem, problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { text } from './text.ts'

/** A dialog that says what will happen before it does, and what was wrong where it did not. */
export function Ask(props: {
  title: string
  open: boolean
  go: string
  danger?: boolean
  onClose: () => void
  /** Does it. A rejection is shown, and the dialog stays. */
  onGo: () => Promise<unknown>
  children: ComponentChildren
}) {
  const { title, open, go, danger = false, onClose, onGo, children } = props
  const t = text.value
  const busy = useSignal(false)
  const problem = useSignal<ApiProblem | null>(null)
  const close = () => {
    problem.value = null
    onClose()
  }
  const run = async () => {
    busy.value = true
    problem.value = null
    try {
      await onGo()
      close()
    } catch (thrown) {
      problem.value = problemOf(thrown)
    } finally {
      busy.value = false
    }
  }
  return (
    <Dialog
      title={title}
      open={open}
      onClose={close}
      actions={
        <>
          <Button onClick={close}>{t.cancel}</Button>
          <Button kind={danger ? 'danger' : 'primary'} busy={busy.value} onClick={run}>
            {go}
          </Button>
        </>
      }
    >
      <div class="form">
        {children}
        {problem.value && (
          <p class="field-problem" role="alert">
            {problem.value.message}
          </p>
        )}
      </div>
    </Dialog>
  )
}
