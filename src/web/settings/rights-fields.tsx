import type { Signal } from '@preact/signals'
import { api, dataOf } from '../api/client.ts'
import type { Role } from '../api/standing.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { SelectField } from '../pieces/field.tsx'
import { text } from './text.ts'

export interface Rights {
  readonly role: Role
  readonly cameras: readonly string[] | null
}

/** Whether rights let see anything: nobody is saved without a camera by chance. */
export const sees = ({ cameras }: Rights): boolean => cameras === null || cameras.length > 0

const roles: readonly Role[] = ['viewer', 'operator', 'admin']

/** Role and cameras, of a user or a token. An admin sees all cameras. */
export function RightsFields({ rights }: { rights: Signal<Rights> }) {
  const t = text.value
  const loaded = useLoaded(async () => (await dataOf(api.GET('/api/v1/cameras'))).cameras.map(({ id }) => id))
  const { role, cameras } = rights.value
  // A camera that is not in the configuration any more stays visible, so that it can be taken away.
  const all = [...new Set([...(loaded.value.value ?? []), ...(cameras ?? [])])]
  const toggle = (id: string, on: boolean) => {
    const chosen = new Set(cameras ?? [])
    if (on) chosen.add(id)
    else chosen.delete(id)
    rights.value = { role, cameras: all.filter((each) => chosen.has(each)) }
  }
  return (
    <>
      <SelectField
        label={t.role}
        value={role}
        choices={roles.map((value) => ({ value, label: `${t.roles[value]} – ${t.roleHints[value]}` }))}
        onValue={(value) => {
          rights.value = { role: value, cameras: value === 'admin' ? null : cameras }
        }}
      />
      <SelectField
        label={t.cameras}
        value={cameras === null ? 'all' : 'some'}
        disabled={role === 'admin'}
        choices={[
          { value: 'all', label: t.allCameras },
          { value: 'some', label: t.onlyThese },
        ]}
        onValue={(value) => {
          rights.value = { role, cameras: value === 'all' ? null : [] }
        }}
      />
      {cameras !== null && (
        <fieldset class="settings-checks">
          <legend class="visually-hidden">{t.cameras}</legend>
          {all.map((id) => (
            <label key={id}>
              <input
                type="checkbox"
                checked={cameras.includes(id)}
                onChange={(event) => toggle(id, event.currentTarget.checked)}
              />
              {id}
            </label>
          ))}
          {sees(rights.value) || <p class="field-problem">{t.tickOne}</p>}
        </fieldset>
      )}
    </>
  )
}
