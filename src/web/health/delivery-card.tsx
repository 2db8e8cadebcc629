import { useSignal } from '@preact/signals'
import { api, dataOf, problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime, formatNumber } from '../text/format.ts'
import { type Letter, load, type Status } from './health-store.ts'
import { text } from './text.ts'

/** Receivers of events: how far behind each is, why, and what it will never take. */
export function DeliveryCard({ sinks }: { sinks: Status['sinks'] }) {
  const t = text.value
  const letters = useSignal<readonly Letter[] | null>(null)
  const show = async () => {
    try {
      letters.value = (
        await dataOf(api.GET('/api/v1/dead-letters', { params: { query: { limit: 100 } } }))
      ).letters
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
  }
  const act = async (letter: Letter, what: 'resend' | 'discard') => {
    const params = { params: { path: { sink: letter.sink, id: letter.id } } }
    try {
      if (what === 'resend') await dataOf(api.POST('/api/v1/dead-letters/{sink}/{id}/resend', params))
      else await dataOf(api.DELETE('/api/v1/dead-letters/{sink}/{id}', params))
      showToast(what === 'resend' ? t.sentAgain : t.discarded, { tone: 'good' })
      await Promise.all([show(), load()])
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
  }
  return (
    <section class="card" aria-labelledby="health-sinks">
      <h2 id="health-sinks">{t.receivers}</h2>
      {sinks.length === 0 && <p class="soft">{t.noReceivers}</p>}
      <ul class="sinks">
        {sinks.map(({ name, pending, waitingSince, problem, deadLetters }) => (
          <li key={name}>
            <strong>{name}</strong>{' '}
            <Badge tone={problem ? 'critical' : pending > 0 ? 'warning' : 'good'}>
              {pending === 0 ? t.upToDate : t.waiting(formatNumber(pending))}
            </Badge>{' '}
            {waitingSince && <span class="soft">{t.waitingSince(formatDateTime(waitingSince))}</span>}
            {problem && (
              <p class="field-problem">
                {problem.message} <span class="mono">{problem.code}</span>
              </p>
            )}
            {deadLetters > 0 && mayDo('operator') && (
              <Button icon="warning" onClick={() => show()}>
                {t.deadLetters(formatNumber(deadLetters))}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Dialog
        wide
        open={letters.value !== null}
        title={t.deadLettersTitle}
        onClose={() => {
          letters.value = null
        }}
      >
        <p class="soft">{t.deadLettersAbout}</p>
        <ul class="sinks">
          {(letters.value ?? []).map((letter) => (
            <li key={`${letter.sink} ${letter.id}`} class="letter">
              <div>
                <strong>{letter.sink}</strong> {letter.camera} <span class="mono">{letter.type}</span>
                <p class="soft">
                  {formatDateTime(letter.at)} · {letter.reason}
                </p>
              </div>
              {mayDo('admin') && (
                <>
                  <Button onClick={() => act(letter, 'resend')}>{t.sendAgain}</Button>
                  <Button kind="danger" onClick={() => act(letter, 'discard')}>
                    {t.discard}
                  </Button>
                </>
              )}
            </li>
          ))}
          {letters.value?.length === 0 && <li class="soft">{t.noLetters}</li>}
        </ul>
      </Dialog>
    </section>
  )
}
