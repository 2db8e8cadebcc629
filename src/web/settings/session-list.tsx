import { api, dataOf, problemOf } from '../api/client.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Loading } from '../pieces/loading.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime } from '../text/format.ts'
import { text } from './text.ts'

/** Where one is logged in, with a way to end each. */
export function SessionList() {
  const t = text.value
  const loaded = useLoaded(async () => (await dataOf(api.GET('/api/v1/sessions'))).sessions)
  const end = async (sessionId: string) => {
    try {
      await dataOf(api.DELETE('/api/v1/sessions/{sessionId}', { params: { path: { sessionId } } }))
      showToast(t.ended, { tone: 'good' })
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
    await loaded.load()
  }
  return (
    <section class="card settings-card is-wide">
      <h2>{t.sessions}</h2>
      {!loaded.value.value && <Loading of={loaded} />}
      <ul class="settings-rows">
        {loaded.value.value?.map(({ id, agent, address, usedAt, createdAt, current }) => (
          <li key={id} class="settings-row">
            <div class="settings-row-main">
              <strong>{browserOf(agent)}</strong> {current && <Badge tone="good">{t.thisOne}</Badge>}
              <p class="soft">
                {address} · {t.lastUsed} {formatDateTime(usedAt)} · {t.since} {formatDateTime(createdAt)}
              </p>
            </div>
            {!current && <Button onClick={() => end(id)}>{t.end}</Button>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What people call the browser that sends such a text. */
export function browserOf(agent: string): string {
  const names = [
    ['Edg', 'Edge'],
    ['OPR', 'Opera'],
    ['Firefox', 'Firefox'],
    ['Chrome', 'Chrome'],
    ['Version', 'Safari'],
  ] as const
  const browser = names.find(([sign]) => agent.includes(`${sign}/`))?.[1]
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(agent)?.[0]?.replace('Mac OS X', 'macOS')
  return [browser ?? agent.slice(0, 40), system].filter(Boolean).join(', ') || '–'
}
