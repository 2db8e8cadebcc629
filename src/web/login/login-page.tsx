import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type LoginFailure, logIn, standing } from '../api/standing.ts'
import { Choices } from '../app/choices.tsx'
import { Button } from '../pieces/button.tsx'
import { Field, TextField } from '../pieces/field.tsx'
import { Form } from '../pieces/form.tsx'
import { Icon } from '../pieces/icon.tsx'
import { formatNumber } from '../text/format.ts'
import { text } from './text.ts'
import './login.css'

/** Asks for name and password. What was open before is there again afterwards. */
export function Page() {
  const t = text.value
  const name = useSignal('')
  const password = useSignal('')
  const shown = useSignal(false)
  const failure = useSignal<LoginFailure | null>(null)
  const waitS = useSignal(0)
  const field = useRef<HTMLInputElement>(null)

  const waiting = waitS.value > 0
  useEffect(() => {
    if (!waiting) return
    const timer = setInterval(() => {
      waitS.value = Math.max(0, waitS.value - 1)
      if (waitS.value === 0) failure.value = null
    }, 1000)
    return () => clearInterval(timer)
  }, [waiting])

  const submit = async () => {
    if (waiting) return
    failure.value = null
    const found = await logIn(name.value.trim(), password.value)
    if (!found) return
    failure.value = found
    if (found.problem.code === 'AUTH_TOO_MANY') waitS.value = found.retryAfterS ?? 10
    password.value = ''
    field.current?.focus()
  }

  return (
    <main class="login">
      <Form class="login-card card" onSend={submit} labelledBy="login-title">
        <p class="login-brand">
          <Icon name="mark" /> Vireo
        </p>
        <h1 id="login-title">{t.title}</h1>
        {standing.value?.firstTime && <p class="login-hint">{t.firstTime}</p>}
        <TextField
          label={t.name}
          value={name.value}
          onValue={(value) => {
            name.value = value
          }}
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          autofocus
          required
        />
        <Field label={t.password}>
          {(tie) => (
            <div class="login-password">
              <input
                {...tie}
                ref={field}
                type={shown.value ? 'text' : 'password'}
                value={password.value}
                onInput={(event) => {
                  password.value = event.currentTarget.value
                }}
                autocomplete="current-password"
                required
              />
              <Button
                kind="quiet"
                pressed={shown.value}
                label={shown.value ? t.hide : t.show}
                icon="eye"
                onClick={() => {
                  shown.value = !shown.value
                }}
              />
            </div>
          )}
        </Field>
        <p class="login-problem" role="alert">
          {failure.value && saidOf(failure.value, waitS.value)}
        </p>
        <Button kind="primary" type="submit" disabled={waiting}>
          {t.submit}
        </Button>
        {isUnsafe() && <p class="login-hint is-warning">{t.unsafe}</p>}
      </Form>
      <Choices />
    </main>
  )
}

function saidOf({ problem }: LoginFailure, waitS: number): string {
  const t = text.value
  if (problem.code === 'AUTH_LOGIN') return t.wrong
  if (problem.code === 'AUTH_TOO_MANY') return t.wait(formatNumber(waitS))
  if (problem.code === 'API_BUSY') return t.busy
  return problem.code === 'OFFLINE' ? t.offline : problem.message
}

/** Whether the password goes through a network as it is. */
const isUnsafe = () =>
  location.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname)
