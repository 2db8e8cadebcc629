import { useSignal } from '@preact/signals'
import { api, dataOf, problemOf } from '../api/client.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { Loading } from '../pieces/loading.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime } from '../text/format.ts'
import { Confirm } from './confirm.tsx'
import { text } from './text.ts'
import { TokenDialog } from './token-dialog.tsx'

/** The tokens of programs, for admins. */
export function TokensTab() {
  const t = text.value
  const loaded = useLoaded(async () => (await dataOf(api.GET('/api/v1/tokens'))).tokens)
  const making = useSignal(false)
  const taken = useSignal<{ id: string; name: string } | null>(null)
  const takeBack = async (tokenId: string) => {
    taken.value = null
    try {
      await dataOf(api.DELETE('/api/v1/tokens/{tokenId}', { params: { path: { tokenId } } }))
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
            making.value = true
          }}
        >
          {t.addToken}
        </Button>
      </div>
      {loaded.value.value.length === 0 && <EmptyState title={t.noTokens} />}
      {loaded.value.value.length > 0 && (
        <ul class="settings-rows card">
          {loaded.value.value.map(({ id, name, role, cameras, expiresAt, usedAt, createdBy }) => (
            <li key={id} class="settings-row">
              <div class="settings-row-main">
                <strong>{name}</strong>{' '}
                <Badge tone={role === 'admin' ? 'info' : 'neutral'}>{t.roles[role]}</Badge>
                <p class="soft">
                  {cameras === null ? t.allCameras : cameras.join(', ') || t.noCamera} · {t.expires}:{' '}
                  {expiresAt === null ? t.never : formatDateTime(expiresAt)} ·{' '}
                  {usedAt === null ? t.notUsed : `${t.lastUsed} ${formatDateTime(usedAt)}`} ·{' '}
                  {t.by(createdBy)}
                </p>
              </div>
              <Button
                kind="danger"
                onClick={() => {
                  taken.value = { id, name }
                }}
              >
                {t.takeBack}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {making.value && (
        <TokenDialog
          onClose={() => {
            making.value = false
            void loaded.load()
          }}
        />
      )}
      <Confirm
        title={t.takeBack}
        question={taken.value && t.reallyTakeBack(taken.value.name)}
        action={t.takeBack}
        onYes={() => takeBack(taken.value!.id)}
        onNo={() => {
          taken.value = null
        }}
      />
    </>
  )
}
