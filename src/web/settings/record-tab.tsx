import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { paths } from '../api/api-types.ts'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { TextField } from '../pieces/field.tsx'
import { Loading } from '../pieces/loading.tsx'
import { formatDateTime } from '../text/format.ts'
import { text } from './text.ts'

type Answer = paths['/api/v1/audit']['get']['responses'][200]['content']['application/json']

/** Who did what, the newest first, for admins. */
export function RecordTab() {
  const t = text.value
  const who = useSignal('')
  const entries = useSignal<Answer['entries'] | null>(null)
  const next = useSignal<string | null>(null)
  const problem = useSignal<ApiProblem | null>(null)
  const load = async (cursor?: string) => {
    const name = who.value.trim()
    const query = { limit: 100, ...(name !== '' && { who: name }), ...(cursor !== undefined && { cursor }) }
    try {
      const page = await dataOf(api.GET('/api/v1/audit', { params: { query } }))
      entries.value = cursor === undefined ? page.entries : [...(entries.value ?? []), ...page.entries]
      next.value = page.next
      problem.value = null
    } catch (thrown) {
      problem.value = problemOf(thrown)
    }
  }
  useEffect(() => void load(), [])
  if (!entries.value) return <Loading of={{ problem, load }} />
  return (
    <>
      <form
        class="settings-filter"
        onSubmit={(event) => {
          event.preventDefault()
          void load()
        }}
      >
        <TextField
          label={t.onlyWho}
          placeholder={t.everybody}
          value={who.value}
          onValue={(value) => {
            who.value = value
            void load()
          }}
        />
      </form>
      {entries.value.length === 0 && <EmptyState title={t.nothing} />}
      {entries.value.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with keys.
        <section class="settings-table card" tabIndex={0} aria-label={t.record}>
          <table>
            <thead>
              <tr>
                {[t.at, t.who, t.what, t.from, t.result].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entries.value.map((entry, index) => (
                <tr key={`${entry.at} ${index}`}>
                  <td class="numbers">{formatDateTime(entry.at)}</td>
                  <td>{entry.who}</td>
                  <td>
                    <span class="mono">{entry.action.replace('/api/v1', '')}</span> {entry.object}
                  </td>
                  <td class="numbers">{entry.address}</td>
                  <td>
                    <Badge tone={entry.result === 'ok' ? 'good' : 'warning'}>
                      {entry.result === 'ok' ? t.ok : entry.result}
                    </Badge>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {next.value !== null && (
        <div class="settings-actions">
          <Button onClick={() => load(next.value!)}>{t.more}</Button>
        </div>
      )}
    </>
  )
}
