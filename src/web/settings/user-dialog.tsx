import { useSignal } from '@preact/signals'
import type { paths } from '../api/api-types.ts'
import { api, dataOf, problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { TextField } from '../pieces/field.tsx'
import { Form } from '../pieces/form.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { type Rights, RightsFields, sees } from './rights-fields.tsx'
import { text } from './text.ts'

type Answer = paths['/api/v1/users']['get']['responses'][200]['content']['application/json']
export type UserEntry = Answer['users'][number]

/** A new user, or what of one is changed. */
export function UserDialog({ user, onClose }: { user: UserEntry | null; onClose: () => void }) {
  const t = text.value
  const name = useSignal(user?.name ?? '')
  const password = useSignal('')
  const rights = useSignal<Rights>({ role: user?.role ?? 'viewer', cameras: user?.cameras ?? null })
  const problem = useSignal<string | null>(null)
  const save = async () => {
    const { role, cameras } = rights.value
    const body = { role, cameras: cameras && [...cameras] }
    const said = password.value === '' ? {} : { password: password.value }
    try {
      if (user)
        await dataOf(
          api.PATCH('/api/v1/users/{name}', {
            params: { path: { name: user.name } },
            body: { ...body, ...said },
          }),
        )
      else
        await dataOf(
          api.POST('/api/v1/users', { body: { ...body, name: name.value, password: password.value } }),
        )
      showToast(t.saved(name.value), { tone: 'good' })
      onClose()
    } catch (thrown) {
      problem.value = problemOf(thrown).message
    }
  }
  return (
    <Dialog title={user ? t.editUser(user.name) : t.addUser} open onClose={onClose}>
      <Form class="form" onSend={save}>
        {!user && (
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
        )}
        <TextField
          label={t.next}
          hint={user ? t.newPasswordHint : t.passwordRule.split(/[.。]/)[0]!}
          type="password"
          autocomplete="new-password"
          required={!user}
          value={password.value}
          onValue={(value) => {
            password.value = value
          }}
        />
        <RightsFields rights={rights} />
        <p class="field-problem" role="alert">
          {problem.value}
        </p>
        <div class="settings-actions is-end">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" kind="primary" disabled={!sees(rights.value)}>
            {t.save}
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
