import { Redirect, Route, Router, Switch } from 'wouter-preact'
import { pageBase } from '../api/address.ts'
import { EmptyState } from '../pieces/empty-state.tsx'
import { ShortcutHelp } from '../pieces/shortcut-help.tsx'
import { Toasts } from '../pieces/toasts.tsx'
import { PageView } from './page-view.tsx'
import { pages, plainPath } from './pages.ts'
import { Shell } from './shell.tsx'
import { text } from './text.ts'
import { applyChoices } from './theme.ts'

applyChoices(document.documentElement)

/** The console: its pages by their addresses, within one frame. */
export function App() {
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
