import { useSignal } from '@preact/signals'
import { useLocation } from 'wouter-preact'
import { problemOf } from '../api/client.ts'
import { identity, logOut } from '../api/standing.ts'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { Icon } from '../pieces/icon.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { Choices } from './choices.tsx'
import { NavEntry } from './nav-entry.tsx'
import { type PageRow, plainPath } from './pages.ts'
import { text } from './text.ts'

/** On a phone: opens the pages that find no room at its bottom, colours, language and the way out. */
export function MoreEntry({ rows }: { rows: readonly PageRow[] }) {
  const t = text.value
  const open = useSignal(false)
  const [path] = useLocation()
  const here = rows.some((row) => path === plainPath(row) || path.startsWith(`${plainPath(row)}/`))
  const close = () => {
    open.value = false
  }
  const leave = () => logOut().catch((thrown) => showToast(problemOf(thrown).message, { tone: 'critical' }))
  return (
    <div class="nav-more">
      <button
        type="button"
        class={here ? 'nav-entry is-here' : 'nav-entry'}
        aria-haspopup="dialog"
        onClick={() => {
          open.value = true
        }}
      >
        <Icon name="more" />
        <span class="nav-label">{t.more}</span>
      </button>
      <Dialog title={t.morePages} open={open.value} onClose={close}>
        <ul class="more-pages">
          {rows.map((row) => (
            <li key={row.path}>
              <NavEntry row={row} onGo={close} />
            </li>
          ))}
        </ul>
        <Choices />
        {identity.value?.via === 'session' && (
          <p class="more-out">
            <Button onClick={leave}>{t.signOut}</Button> <span class="soft">{identity.value.name}</span>
          </p>
        )}
      </Dialog>
    </div>
  )
}
