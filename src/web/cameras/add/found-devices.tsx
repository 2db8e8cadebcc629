import { useSignal } from '@preact/signals'
import type { paths } from '../../api/api-types.ts'
import { type ApiProblem, api, dataOf, problemOf } from '../../api/client.ts'
import { Button } from '../../pieces/button.tsx'
import { EmptyState } from '../../pieces/empty-state.tsx'
import { TextField } from '../../pieces/field.tsx'
import { text } from '../text.ts'
import { problemText } from './problem-text.ts'

type Device =
  paths['/api/v1/discovery']['post']['responses'][200]['content']['application/json']['devices'][number]

interface Found {
  readonly url: string
  readonly mainUrl: string
  readonly user: string
  readonly password: string
  readonly id: string
}

/** Devices that answer in the network, or one that is named; with a login they tell their streams. */
export function FoundDevices({ onTake }: { onTake: (found: Found) => void }) {
  const t = text.value
  const devices = useSignal<readonly Device[] | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const busy = useSignal(false)
  const address = useSignal('')
  const user = useSignal('admin')
  const password = useSignal('')
  const search = async (only?: string) => {
    busy.value = true
    problem.value = null
    try {
      const login = password.value === '' ? {} : { login: { user: user.value, password: password.value } }
      const named = only ?? address.value.trim()
      const body = { seconds: 4, ...login, ...(named === '' ? {} : { address: named }) }
      const { devices: found } = await dataOf(api.POST('/api/v1/discovery', { body }))
      devices.value =
        only === undefined
          ? found
          : (devices.value ?? []).map((each) => (each.address === only ? (found[0] ?? each) : each))
    } catch (thrown) {
      problem.value = problemOf(thrown)
    } finally {
      busy.value = false
    }
  }
  const list = devices.value
  return (
    <div class="form">
      <p class="soft">{t.searchAbout}</p>
      <div class="form-row">
        <TextField
          label={t.deviceAddress}
          value={address.value}
          placeholder={t.wholeNetwork}
          onValue={(value) => {
            address.value = value
          }}
        />
        <TextField
          label={t.user}
          value={user.value}
          autocomplete="off"
          onValue={(value) => {
            user.value = value
          }}
        />
        <TextField
          label={t.password}
          type="password"
          autocomplete="new-password"
          value={password.value}
          onValue={(value) => {
            password.value = value
          }}
        />
      </div>
      <div>
        <Button kind="primary" icon="search" busy={busy.value} onClick={() => search()}>
          {busy.value ? t.searching : t.search}
        </Button>
      </div>
      {problem.value && <p class="field-problem">{problemText(problem.value)}</p>}
      {list?.length === 0 && <EmptyState title={t.noDevice} />}
      <ul class="devices">
        {(list ?? []).map((device) => (
          <li key={device.address} class="card">
            <strong>{device.name ?? device.model ?? device.address}</strong>{' '}
            <span class="soft">
              {[device.address, device.manufacturer, device.model].filter(Boolean).join(' · ')}
            </span>
            {device.error && <p class="field-problem">{problemText(device.error)}</p>}
            {device.notes.map((note) => (
              <p key={note} class="field-hint">
                {note}
              </p>
            ))}
            <div class="device-cameras">
              {device.cameras.map(({ id, url, mainUrl = '' }) => (
                <Button
                  key={id}
                  icon="camera"
                  onClick={() =>
                    onTake({
                      id,
                      url,
                      mainUrl,
                      user: password.value === '' ? '' : user.value,
                      password: password.value,
                    })
                  }
                >
                  {t.takeCamera(id)}
                </Button>
              ))}
              {device.cameras.length === 0 && (
                <Button
                  busy={busy.value}
                  disabled={password.value === ''}
                  onClick={() => search(device.address)}
                >
                  {t.askStreams}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}
