import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { text } from './text.ts'

/** Asks before what cannot be taken back. */
export function Confirm(props: {
  title: string
  /** Null: nothing is asked now. */
  question: string | null
  action: string
  onYes: () => unknown
  onNo: () => void
}) {
  const { title, question, action, onYes, onNo } = props
  return (
    <Dialog
      title={title}
      open={question !== null}
      onClose={onNo}
      actions={
        <>
          <Button onClick={onNo}>{text.value.cancel}</Button>
          <Button kind="danger" onClick={onYes}>
            {action}
          </Button>
        </>
      }
    >
      <p>{question}</p>
    </Dialog>
  )
}
