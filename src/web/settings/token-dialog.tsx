import { useSignal } from '@preact/signals'
import { api, dataOf, problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { SelectField, TextField } from '../pieces/field.tsx'
import { Form } from '../pieces/form.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatNumber } from '../text/format.ts'
import { type Rights, RightsFields, sees } from './rights-fields.tsx'
import { text } from './text.ts'

const dayMs = 86_400_000
const ends = ['never', '30', '90', '365'] as const

/** Makes a token, and shows it this once. */
export function TokenDialog({ onClose }: { onClose: () => void }) {
  const t = text.value
  const name = useSignal('')
  const days = useSignal<(typeof ends)[number]>('365')
  const rights = useSignal<Rights>({ role: 'viewer', cameras: null })
  const problem = useSignal<string | null>(null)
  const secret = useSignal<string | null>(null)
  const make = async () => {
    const { role, cameras } = rights.value
    const expiresAt =
      days.value === 'never' ? null : new Date(Date.now() + Number(days.value) * dayMs).toISOString()
    try {
      const body = { name: name.value, role, cameras: cameras && [...cameras], expiresAt }
      secret.value = (await dataOf(api.POST('/api/v1/tokens', { body }))).secret
    } catch (thrown) {
      problem.value = problemOf(thrown).message
    }
  }
  const copy = async () => {
    await navigator.clipboard.writeText(secret.value!)
    showToast(t.copied, { tone: 'good' })
  }
  if (secret.value !== null)
    return (
      <Dialog title={name.value} open onClose={onClose} actions={<Button onClick={onClose}>{t.done}</Button>}>
        <div class="form">
          <p>{t.tokenSecret}</p>
          <output class="settings-secret mono">{secret.value}</output>
          {'clipboard' in navigator && (
            <Button kind="primary" onClick={() => copy()}>
              {t.copy}
            </Button>
          )}
        </div>
      </Dialog>
    )
  return (
    <Dialog title={t.addToken} open onClose={onClose}>
      <Form class="form" onSend={make}>
        <TextField
          label={t.name}
          hint={t.nameHint}
          required
          autocomplete="off"
          autocapitalize="none"
          value={name.value}
          onValue={(value) => {
            name.value = value
          }}
        />
        <RightsFields rights={rights} />
        <SelectField
          label={t.expires}
          value={days.value}
          choices={ends.map((value) => ({
            value,
            label: value === 'never' ? t.never : t.days(formatNumber(Number(value))),
          }))}
          onValue={(value) => {
            days.value = value
          }}
        />
        <p class="field-problem" role="alert">
          {problem.value}
        </p>
        <div class="settings-actions is-end">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" disabled={!sees(rights.value)}>
            {t.addToken}
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
