import { Button } from './button.tsx'
import { useShortcuts } from './shortcuts.ts'
import { text } from './text.ts'
import { dropToast, toasts, undoLast } from './toast-list.ts'

/** Messages at the foot of the page, told to screen readers as they come. */
export function Toasts() {
  const t = text.value
  useShortcuts('everywhere', () => [{ keys: 'Ctrl+z', label: text.value.undo, run: undoLast }])
  return (
    <section class="toasts" aria-label={t.messages} aria-live="polite">
      {toasts.value.map(({ id, text: said, tone, undo }) => (
        <div key={id} class={`toast is-${tone}`} role={tone === 'critical' ? 'alert' : undefined}>
          <span>{said}</span>
          {undo && (
            <Button
              kind="quiet"
              onClick={() => {
                dropToast(id)
                undo()
              }}
            >
              {t.undo}
            </Button>
          )}
          <Button kind="quiet" icon="cross" label={t.dismiss} onClick={() => dropToast(id)} />
        </div>
      ))}
    </section>
  )
}
