import type { ComponentChildren } from 'preact'
import { Link, useRoute } from 'wouter-preact'
import { signedOut } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { Icon } from '../pieces/icon.tsx'
import { showShortcuts } from '../pieces/shortcuts.ts'
import { Choices } from './choices.tsx'
import { type PageRow, pages, plainPath } from './pages.ts'
import { text } from './text.ts'

/** Navigation at the side, at the bottom of a phone; the page beside it. */
export function Shell({ children }: { children: ComponentChildren }) {
  const t = text.value
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
          {pages
            .filter(({ icon, role }) => icon !== undefined && (role === 'anyone' || mayDo(role)))
            .map((row) => (
              <NavEntry key={row.path} row={row} />
            ))}
        </ul>
        <Choices />
        <button type="button" class="nav-entry nav-help" onClick={showShortcuts} title={`${t.shortcuts} (?)`}>
          <Icon name="keyboard" />
          <span class="nav-label">{t.shortcuts}</span>
        </button>
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

function NavEntry({ row }: { row: PageRow }) {
  const [here] = useRoute(row.path)
  return (
    <li>
      <Link
        href={plainPath(row)}
        className={here ? 'nav-entry is-here' : 'nav-entry'}
        aria-current={here ? 'page' : undefined}
      >
        <Icon name={row.icon!} />
        <span class="nav-label">{text.value[row.title]}</span>
      </Link>
    </li>
  )
}
