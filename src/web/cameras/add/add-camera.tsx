import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'wouter-preact'
import { type ApiProblem, api, dataOf, problemOf } from '../../api/client.ts'
import { Button } from '../../pieces/button.tsx'
import { Dialog } from '../../pieces/dialog.tsx'
import { TextField } from '../../pieces/field.tsx'
import { Tabs } from '../../pieces/tabs.tsx'
import { groupsOf, isSlug, slugOf, splitLogin } from '../camera-fields.ts'
import { ChangeDialog } from '../change-dialog.tsx'
import type { EditWish } from '../edits.ts'
import { text } from '../text.ts'
import { FoundDevices } from './found-devices.tsx'
import { ProbeResult } from './probe-result.tsx'
import type { Probed } from './probed.ts'
import { problemText } from './problem-text.ts'
import { suggestId } from './suggest-id.ts'

interface Draft {
  readonly url: string
  readonly mainUrl: string
  readonly user: string
  readonly password: string
  readonly id: string
  readonly groups: string
  readonly transport: 'tcp' | 'udp'
}
const empty: Draft = { url: '', mainUrl: '', user: '', password: '', id: '', groups: '', transport: 'tcp' }

/** Adds a camera: found in the network or by its address, looked at, named, and saved after a look at the change. */
export function AddCamera({
  open,
  taken,
  onClose,
}: {
  open: boolean
  taken: readonly string[]
  onClose: () => void
}) {
  const t = text.value
  const tab = useSignal<'address' | 'search'>('address')
  const draft = useSignal(empty)
  const probed = useSignal<Probed | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const busy = useSignal(false)
  /** Whether a login was taken out of an address. */
  const moved = useSignal(false)
  const wish = useSignal<EditWish | null>(null)
  const [, go] = useLocation()
  useEffect(() => {
    if (!open) return
    draft.value = empty
    moved.value = false
    probed.value = null
    problem.value = null
    tab.value = 'address'
  }, [open])
  const now = draft.value
  const set = (more: Partial<Draft>, looked = false) => {
    draft.value = { ...draft.value, ...more }
    if (!looked) probed.value = null
  }
  const address = (field: 'url' | 'mainUrl') => (typed: string) => {
    const { url, user, password } = splitLogin(typed)
    if (user !== '') moved.value = true
    set(user === '' ? { [field]: typed } : { [field]: url, user, password })
  }
  const probe = async (more: Partial<Draft> = {}) => {
    set(more)
    busy.value = true
    problem.value = null
    try {
      const { url, transport, user, password } = draft.value
      const login = user === '' ? {} : { login: { user, password } }
      const body = { url: url.trim(), transport, ...login }
      probed.value = await dataOf(api.POST('/api/v1/probe', { body }))
      const found = probed.value.stream.transport
      set({ transport: found ?? transport, id: draft.value.id || suggestId(url, taken) }, true)
    } catch (thrown) {
      problem.value = problemOf(thrown)
    } finally {
      busy.value = false
    }
  }
  const id = slugOf(now.id)
  const idProblem =
    now.id.trim() === ''
      ? t.nameNeeded
      : !isSlug(id)
        ? t.noSlug
        : taken.includes(id)
          ? t.nameTaken
          : undefined
  const idHint = id === now.id ? t.cameraIdHint : `${t.savedAs(id)} ${t.cameraIdHint}`
  const save = () => {
    const { url, mainUrl, transport, groups } = now
    const camera = {
      id,
      url: url.trim(),
      ...(mainUrl.trim() === '' ? {} : { mainUrl: mainUrl.trim() }),
      ...(transport === 'udp' ? { transport } : {}),
      ...(groupsOf(groups).length === 0 ? {} : { groups: groupsOf(groups) }),
    }
    const { user, password } = now
    const logins = user === '' ? {} : { logins: [{ user, password, camera: id }] }
    wish.value = { edits: [{ kind: 'add', camera }], ...logins }
  }
  const closeAll = () => {
    wish.value = null
    onClose()
  }
  return (
    <>
      <Dialog
        wide
        open={open && wish.value === null}
        title={t.add}
        onClose={() => {
          if (wish.value === null) onClose()
        }}
        actions={
          <>
            <Button onClick={onClose}>{t.cancel}</Button>
            <Button
              kind={probed.value ? 'plain' : 'primary'}
              busy={busy.value}
              disabled={now.url.trim() === '' || tab.value === 'search'}
              onClick={() => probe()}
            >
              {busy.value ? t.looking : t.look}
            </Button>
            <Button
              kind={probed.value ? 'primary' : 'plain'}
              disabled={!probed.value || idProblem !== undefined}
              onClick={save}
            >
              {t.saveCamera}
            </Button>
          </>
        }
      >
        <Tabs
          label={t.howToAdd}
          tabs={[
            { id: 'address', title: t.byAddress },
            { id: 'search', title: t.bySearch },
          ]}
          chosen={tab.value}
          onChoose={(chosen) => {
            tab.value = chosen
          }}
        >
          {tab.value === 'search' ? (
            <FoundDevices
              onTake={(found) => {
                tab.value = 'address'
                void probe(found)
              }}
            />
          ) : (
            <div class="form">
              <TextField
                label={t.address}
                hint={t.addressHint}
                value={now.url}
                placeholder="rtsp://192.0.2.7/stream2"
                autocomplete="off"
                onValue={address('url')}
                {...(problem.value ? { problem: problemText(problem.value) } : {})}
              />
              <div class="form-row">
                <TextField
                  label={t.user}
                  {...(moved.value ? { hint: t.loginMoved } : {})}
                  value={now.user}
                  autocomplete="off"
                  onValue={(user) => set({ user })}
                />
                <TextField
                  label={t.password}
                  type="password"
                  autocomplete="new-password"
                  value={now.password}
                  onValue={(password) => set({ password })}
                />
              </div>
              <TextField
                label={t.mainAddress}
                hint={t.mainAddressHint}
                value={now.mainUrl}
                onValue={address('mainUrl')}
              />
              {probed.value && (
                <>
                  <ProbeResult probed={probed.value} onTake={(more) => void probe(more)} />
                  <div class="form-row">
                    <TextField
                      label={t.cameraId}
                      hint={idHint}
                      value={now.id}
                      {...(idProblem === undefined ? {} : { problem: idProblem })}
                      onValue={(typed) => set({ id: typed }, true)}
                    />
                    <TextField
                      label={t.groups}
                      hint={t.groupsHint}
                      value={now.groups}
                      onValue={(groups) => set({ groups }, true)}
                    />
                  </div>
                </>
              )}
            </div>
          )}
        </Tabs>
      </Dialog>
      <ChangeDialog
        wish={wish.value}
        title={t.addTitle(id)}
        onClose={() => {
          wish.value = null
        }}
        onDone={() => {
          closeAll()
          go(`/cameras/${id}`)
        }}
      />
    </>
  )
}
