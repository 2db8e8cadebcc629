import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { wordFor } from '../text/words.ts'
import { meantLabels, suggestLabels, takeLabel } from './pick-label.ts'
import { text } from './text.ts'

/** Where labels are typed: a few letters and Enter are enough for a known one; a new one asks first. */
export function LabelField(props: {
  labels: readonly string[]
  onLabels: (labels: readonly string[], newLabels: boolean) => void
  onClose: () => void
}) {
  const { labels, onLabels, onClose } = props
  const t = text.value
  const typed = useSignal('')
  const asked = useSignal<readonly string[] | null>(null)
  const input = useRef<HTMLInputElement>(null)
  // Before the next key comes: whoever types fast loses no letter.
  useLayoutEffect(() => input.current?.focus(), [])
  const found = suggestLabels(typed.value, labels)
  const take = (given: readonly string[]) => {
    if (given.length === 0) return
    if (given.every((label) => labels.includes(label))) onLabels(given, false)
    else asked.value = given
  }
  const fresh = asked.value?.filter((label) => !labels.includes(label)) ?? []
  return (
    <div class="label-field">
      <input
        ref={input}
        value={typed.value}
        aria-label={t.typeLabel}
        placeholder={t.typeLabel}
        autocomplete="off"
        maxLength={400}
        onInput={(event) => {
          typed.value = event.currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault()
            if (!event.repeat) take(meantLabels(typed.value, labels))
          } else if (event.key === 'Escape') onClose()
          else if (event.key === 'Tab' && !event.shiftKey && typed.value !== '' && found.length > 0) {
            event.preventDefault()
            typed.value = takeLabel(typed.value, found[0]!)
          }
        }}
      />
      <div class="label-choices">
        {found.map((label) => (
          <Button key={label} onClick={() => take([...meantLabels(takeLabel(typed.value, label), labels)])}>
            {wordFor(label)}
          </Button>
        ))}
      </div>
      <p class="field-hint">{t.typeHint}</p>
      <Dialog
        title={t.newLabel}
        open={asked.value !== null}
        onClose={() => {
          asked.value = null
        }}
        actions={
          <>
            <Button
              onClick={() => {
                asked.value = null
              }}
            >
              {t.cancel}
            </Button>
            <Button
              kind="primary"
              onClick={() => {
                const given = asked.value
                asked.value = null
                if (given) onLabels(given, true)
              }}
            >
              {t.useIt}
            </Button>
          </>
        }
      >
        <p>{t.newLabelQuestion(fresh.join(', '))}</p>
      </Dialog>
    </div>
  )
}
