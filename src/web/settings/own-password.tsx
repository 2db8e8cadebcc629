import { useSignal } from '@preact/signals'
import { api, dataOf, problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { TextField } from '../pieces/field.tsx'
import { Form } from '../pieces/form.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { text } from './text.ts'

/** Another password for oneself. */
export function OwnPassword() {
  const t = text.value
  const fields = { current: useSignal(''), next: useSignal(''), repeat: useSignal('') }
  const problem = useSignal<{ field: 'current' | 'next' | 'repeat'; message: string } | null>(null)
  const submit = async () => {
    const [current, next] = [fields.current.value, fields.next.value]
    problem.value = next === fields.repeat.value ? null : { field: 'repeat', message: t.different }
    if (problem.value) return
    try {
      await dataOf(api.POST('/api/v1/users/me/password', { body: { current, next } }))
      for (const field of Object.values(fields)) field.value = ''
      showToast(t.changed, { tone: 'good' })
    } catch (thrown) {
      const { code, message } = problemOf(thrown)
      problem.value =
        code === 'AUTH_LOGIN' ? { field: 'current', message: t.wrong } : { field: 'next', message }
    }
  }
  const entry = (name: keyof typeof fields, autocomplete: string, hint?: string) => (
    <TextField
      label={t[name]}
      type="password"
      autocomplete={autocomplete}
      required
      value={fields[name].value}
      onValue={(value) => {
        fields[name].value = value
      }}
      {...(hint !== undefined && { hint })}
      {...(problem.value?.field === name && { problem: problem.value.message })}
    />
  )
  return (
    <Form class="card settings-card" onSend={submit}>
      <h2>{t.password}</h2>
      {entry('current', 'current-password')}
      {entry('next', 'new-password', t.passwordRule)}
      {entry('repeat', 'new-password')}
      <div class="settings-actions">
        <Button type="submit" kind="primary">
          {t.change}
        </Button>
      </div>
    </Form>
  )
}
