import { useSignal } from '@preact/signals'
import { api, dataOf, problemOf } from '../api/client.ts'
import { identity } from '../api/standing.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Loading } from '../pieces/loading.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDate } from '../text/format.ts'
import { Confirm } from './confirm.tsx'
import { text } from './text.ts'
import { UserDialog, type UserEntry } from './user-dialog.tsx'

/** The users, for admins. */
export function UsersTab() {
  const t = text.value
  const loaded = useLoaded(async () => (await dataOf(api.GET('/api/v1/users'))).users)
  const edited = useSignal<UserEntry | 'new' | null>(null)
  const removed = useSignal<string | null>(null)
  const remove = async (name: string) => {
    removed.value = null
    try {
      await dataOf(api.DELETE('/api/v1/users/{name}', { params: { path: { name } } }))
      showToast(t.removed(name), { tone: 'good' })
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
    await loaded.load()
  }
  if (!loaded.value.value) return <Loading of={loaded} />
  return (
    <>
      <div class="settings-actions">
        <Button
          kind="primary"
          icon="plus"
          onClick={() => {
            edited.value = 'new'
          }}
        >
          {t.addUser}
        </Button>
      </div>
      <ul class="settings-rows card">
        {loaded.value.value.map((user) => (
          <li key={user.name} class="settings-row">
            <div class="settings-row-main">
              <strong>{user.name}</strong>{' '}
              <Badge tone={user.role === 'admin' ? 'info' : 'neutral'}>{t.roles[user.role]}</Badge>{' '}
              {user.origin === 'config' && <Badge>{t.configured}</Badge>}
              <p class="soft">
                {user.cameras === null ? t.allCameras : user.cameras.join(', ') || t.noCamera} ·{' '}
                {t.passwordSince} {formatDate(user.passwordAt)}
              </p>
            </div>
            {user.origin === 'local' && (
              <div class="settings-actions">
                <Button
                  onClick={() => {
                    edited.value = user
                  }}
                >
                  {t.edit}
                </Button>
                {user.name !== identity.value?.name && (
                  <Button
                    kind="danger"
                    onClick={() => {
                      removed.value = user.name
                    }}
                  >
                    {t.remove}
                  </Button>
                )}
              </div>
            )}
          </li>
        ))}
      </ul>
      {edited.value && (
        <UserDialog
          user={edited.value === 'new' ? null : edited.value}
          onClose={() => {
            edited.value = null
            void loaded.load()
          }}
        />
      )}
      <Confirm
        title={t.remove}
        question={removed.value === null ? null : t.reallyRemove(removed.value)}
        action={t.remove}
        onYes={() => remove(removed.value!)}
        onNo={() => {
          removed.value = null
        }}
      />
    </>
  )
}
