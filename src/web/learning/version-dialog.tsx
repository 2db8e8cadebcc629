import { useSignal } from '@preact/signals'
import { api, dataOf } from '../api/client.ts'
import { TextField } from '../pieces/field.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { Ask } from './ask.tsx'
import type { ModelDetail } from './learning-types.ts'
import { text } from './text.ts'

export interface Change {
  readonly kind: 'promote' | 'rollback' | 'dismiss'
  readonly version: string
}

/** Says what a change of the live version will do, asks for a reason, and does it. */
export function VersionDialog(props: {
  model: ModelDetail
  change: Change | null
  onClose: () => void
  onDone: (model: ModelDetail) => void
}) {
  const { model, change, onClose, onDone } = props
  const t = text.value
  const reason = useSignal('')
  const now = useSignal(false)
  if (!change) return null
  const { kind, version } = change
  const shadows = kind === 'promote' && model.serves && model.live !== null
  const titles = {
    promote: t.promoteTitle(version),
    rollback: t.rollbackTitle(version),
    dismiss: t.dismissTitle(version),
  }
  const said = {
    promote: shadows && !now.value ? t.promoteShadow(version) : t.promoteNow(version),
    rollback: t.rollbackText(version, model.live ?? ''),
    dismiss: t.dismissText,
  }
  const go = async () => {
    const path = { name: model.name }
    const why = reason.value.trim() === '' ? {} : { reason: reason.value.trim() }
    const answer =
      kind === 'promote'
        ? api.POST('/api/v1/models/{name}/promote', {
            params: { path },
            body: { version, ...why, ...(shadows && now.value && { now: true }) },
          })
        : kind === 'rollback'
          ? api.POST('/api/v1/models/{name}/rollback', { params: { path }, body: { to: version, ...why } })
          : api.POST('/api/v1/models/{name}/dismiss', { params: { path }, body: { version, ...why } })
    onDone(await dataOf(answer as Promise<{ data?: ModelDetail; error?: unknown }>))
    reason.value = ''
    now.value = false
    showToast(t.done, { tone: 'good' })
  }
  const names = { promote: t.promote, rollback: t.rollback, dismiss: t.dismiss }
  return (
    <Ask title={titles[kind]} open go={names[kind]} onClose={onClose} onGo={go}>
      <p>{said[kind]}</p>
      {shadows && (
        <label class="ask-check">
          <input
            type="checkbox"
            checked={now.value}
            onChange={(event) => {
              now.value = event.currentTarget.checked
            }}
          />
          {t.withoutShadow}
        </label>
      )}
      <TextField
        label={t.reason}
        hint={t.reasonHint}
        value={reason.value}
        onValue={(value) => {
          reason.value = value
        }}
      />
    </Ask>
  )
}
