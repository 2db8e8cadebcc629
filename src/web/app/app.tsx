import { useEffect } from 'preact/hooks'
import { Redirect, Route, Router, Switch } from 'wouter-preact'
import { pageBase } from '../api/address.ts'
import { loadStanding, standing, standingProblem } from '../api/standing.ts'
import { EmptyState } from '../pieces/empty-state.tsx'
import { ShortcutHelp } from '../pieces/shortcut-help.tsx'
import { Toasts } from '../pieces/toasts.tsx'
import { applyChoices } from '../text/theme.ts'
import { PageView } from './page-view.tsx'
import { loginPage, pages, plainPath } from './pages.ts'
import { Shell } from './shell.tsx'
import { text } from './text.ts'

applyChoices(document.documentElement)

/** The console: its pages by their addresses, within one frame. Who is not known logs in first, and is then where he was. */
export function App() {
  const t = text.value
  useEffect(() => {
    loadStanding()
  }, [])
  if (standing.value === null)
    return (
      <EmptyState
        busy={!standingProblem.value}
        problem={standingProblem.value}
        title={standingProblem.value ? t.offline : t.loading}
      />
    )
  if (standing.value.identity === null) return <PageView row={loginPage} />
  return (
    <Router base={pageBase.replace(/\/$/, '')}>
      <Shell>
        <Switch>
          {pages.map((row) => (
            <Route key={row.path} path={row.path}>
              <PageView row={row} />
            </Route>
          ))}
          <Route path="/">
            <Redirect to={plainPath(pages[0]!)} replace />
          </Route>
          <Route>
            <EmptyState title={text.value.notFound} />
          </Route>
        </Switch>
      </Shell>
      <Toasts />
      <ShortcutHelp />
    </Router>
  )
}
