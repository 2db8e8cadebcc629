import type { ComponentChildren } from 'preact'
import { signedOut } from '../api/client.ts'
import { identity, mayDo } from '../api/standing.ts'
import { Icon } from '../pieces/icon.tsx'
import { showShortcuts } from '../pieces/shortcuts.ts'
import { Choices } from './choices.tsx'
import { MoreEntry } from './more-entry.tsx'
import { NavEntry } from './nav-entry.tsx'
import { mayOpen, pages } from './pages.ts'
import { text } from './text.ts'

/** As many find room at the bottom of a phone, beside the entry that opens the rest. */
const onPhone = 4

/** Navigation at the side, at the bottom of a phone; the page beside it. */
export function Shell({ children }: { children: ComponentChildren }) {
  const t = text.value
  const who = { mayDo, cameras: identity.value?.cameras ?? null }
  const shown = pages.filter((row) => row.icon !== undefined && mayOpen(row, who))
  return (
    <div class="shell">
      <a class="skip" href="#page">
        {t.skip}
      </a>
      <nav class="nav" aria-label={t.navigation}>
        <span class="nav-brand" aria-hidden="true">
          <Icon name="mark" /> <span class="nav-label">Vireo</span>
        </span>
        <ul class="nav-pages">
          {shown.map((row, at) => (
            <li key={row.path} class={at < onPhone ? '' : 'nav-rest'}>
              <NavEntry row={row} />
            </li>
          ))}
        </ul>
        <Choices />
        <button type="button" class="nav-entry nav-help" onClick={showShortcuts} title={`${t.shortcuts} (?)`}>
          <Icon name="keyboard" />
          <span class="nav-label">{t.shortcuts}</span>
        </button>
        <MoreEntry rows={shown.slice(onPhone)} />
      </nav>
      <main id="page" class="page" tabIndex={-1}>
        {signedOut.value && (
          <p class="banner" role="alert">
            {t.signedOut}
          </p>
        )}
        {children}
      </main>
    </div>
  )
}
