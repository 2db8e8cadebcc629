import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api, dataOf, problemOf } from '../api/client.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { useShortcuts } from '../pieces/shortcuts.ts'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime } from '../text/format.ts'
import { wordsFor } from '../text/words.ts'
import { text } from './text.ts'

type Verdict = 'confirm' | 'reject'
interface Said {
  readonly verdict: string
  readonly labels: readonly string[]
  readonly who: string
  readonly at: string
}

/** Right or wrong, said beside the clip; what was said can be taken back. */
export function Judge({ alertId, onSaid }: { alertId: string; onSaid: (reviewed: boolean) => void }) {
  const t = text.value
  const said = useSignal<Said | null>(null)
  const there = useSignal(true)
  const busy = useSignal(false)
  const path = { params: { path: { id: alertId } } }
  useEffect(() => {
    dataOf(api.GET('/api/v1/review/{id}', path)).then(
      ({ current }) => {
        said.value = current
      },
      () => {
        there.value = false
      },
    )
  }, [alertId])
  const take = async (work: () => Promise<{ current: Said | null }>, told: string, undo?: () => unknown) => {
    if (busy.value) return
    busy.value = true
    try {
      said.value = (await work()).current
      onSaid(said.value !== null)
      showToast(told, { tone: 'good', ...(undo && { undo }) })
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    } finally {
      busy.value = false
    }
  }
  const undo = () =>
    take(
      () => dataOf(api.POST('/api/v1/review/{id}/undo', { ...path, body: {} as never })),
      text.value.undone,
    )
  const judge = (verdict: Verdict) =>
    take(
      () => dataOf(api.POST('/api/v1/review/{id}/label', { ...path, body: { verdict } as never })),
      verdict === 'confirm' ? text.value.confirmed : text.value.rejected,
      undo,
    )
  useShortcuts('here', () =>
    there.value
      ? [
          { keys: 'c', label: t.confirm, run: () => judge('confirm') },
          { keys: 'x', label: t.reject, run: () => judge('reject') },
        ]
      : [],
  )
  if (!there.value) return null
  const verdicts = {
    confirm: t.confirmed,
    reject: t.rejected,
    relabel: t.relabel,
    unsure: t.unsure,
    skip: t.skip,
  }
  const verdict = said.value?.verdict
  return (
    <div class="judge button-row">
      <Button
        icon="check"
        label={t.confirm}
        keyName="c"
        kind={said.value === null ? 'primary' : 'plain'}
        pressed={verdict === 'confirm'}
        busy={busy.value}
        onClick={() => judge('confirm')}
      >
        {t.confirm}
      </Button>
      <Button
        icon="cross"
        label={t.reject}
        keyName="x"
        pressed={verdict === 'reject'}
        busy={busy.value}
        onClick={() => judge('reject')}
      >
        {t.reject}
      </Button>
      {said.value ? (
        <span class="soft">
          <Badge tone={verdict === 'reject' ? 'critical' : 'good'}>
            {verdicts[verdict as keyof typeof verdicts] ?? verdict} {wordsFor(said.value.labels)}
          </Badge>{' '}
          {t.saidBy(said.value.who, formatDateTime(said.value.at))}
        </span>
      ) : (
        <span class="soft">{t.judgeHint}</span>
      )}
    </div>
  )
}
