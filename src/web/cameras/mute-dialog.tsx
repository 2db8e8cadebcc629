import { useSignal } from '@preact/signals'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { TextField } from '../pieces/field.tsx'
import { text } from './text.ts'

const usual = [15, 60, 240, 720] as const
const mostMinutes = 7 * 24 * 60

/** Asks for how long nobody is to be told of a camera's alerts. */
export function MuteDialog(props: {
  open: boolean
  id: string
  onClose: () => void
  onMute: (minutes: number) => void
}) {
  const t = text.value
  const typed = useSignal('60')
  const minutes = Number(typed.value)
  const wrong = !(minutes > 0 && minutes <= mostMinutes)
  return (
    <Dialog
      open={props.open}
      title={t.muteTitle(props.id)}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button kind="primary" icon="mute" disabled={wrong} onClick={() => props.onMute(minutes)}>
            {t.mute}
          </Button>
        </>
      }
    >
      <p class="soft">{t.muteAbout}</p>
      <div class="mute-usual">
        {usual.map((each) => (
          <Button
            key={each}
            pressed={minutes === each}
            onClick={() => {
              typed.value = String(each)
            }}
          >
            {t.minutes(each)}
          </Button>
        ))}
      </div>
      <TextField
        label={t.minutesField}
        type="number"
        min={1}
        max={mostMinutes}
        value={typed.value}
        {...(wrong ? { problem: t.between(1, mostMinutes) } : {})}
        onValue={(value) => {
          typed.value = value
        }}
      />
    </Dialog>
  )
}
