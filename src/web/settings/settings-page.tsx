import { useLocation, useParams } from 'wouter-preact'
import { mayDo } from '../api/standing.ts'
import { Tabs } from '../pieces/tabs.tsx'
import { RecordTab } from './record-tab.tsx'
import { text } from './text.ts'
import { TokensTab } from './tokens-tab.tsx'
import { UsersTab } from './users-tab.tsx'
import { YouTab } from './you-tab.tsx'
import './settings.css'

const views = { you: YouTab, users: UsersTab, tokens: TokensTab, record: RecordTab } as const
type View = keyof typeof views

/** What is one's own, and for admins who may do what. */
export function Page() {
  const t = text.value
  const [, go] = useLocation()
  const { tab } = useParams<{ tab?: string }>()
  const names: readonly View[] = mayDo('admin') ? ['you', 'users', 'tokens', 'record'] : ['you']
  const chosen = names.find((name) => name === tab) ?? 'you'
  const Chosen = views[chosen]
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
      </header>
      <div class="page-body">
        <Tabs
          label={t.title}
          tabs={names.map((id) => ({ id, title: t[id] }))}
          chosen={chosen}
          onChoose={(id) => go(`/settings/${id}`)}
        >
          <Chosen />
        </Tabs>
      </div>
    </>
  )
}
