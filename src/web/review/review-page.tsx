import './review.css'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useLocation, useParams, useSearchParams } from 'wouter-preact'
import { problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { type Shortcut, useShortcuts } from '../pieces/shortcuts.ts'
import { Tabs } from '../pieces/tabs.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatNumber } from '../text/format.ts'
import { type Chosen, choose, none } from './choose-range.ts'
import { EnoughTab } from './enough-tab.tsx'
import { readFilter, writeFilter } from './queue-filter.ts'
import { QueueFilters } from './queue-filters.tsx'
import { QueueList } from './queue-list.tsx'
import type { Judgement } from './review-queue.ts'
import { ReviewStage } from './review-stage.tsx'
import { text } from './text.ts'
import { useReviewing } from './use-reviewing.ts'

/** Clips that wait for somebody to say what they show, one after the other, and whether enough was said. */
export function Page() {
  const t = text.value
  const [search, setSearch] = useSearchParams()
  const { clip: wanted } = useParams<{ clip?: string }>()
  const [, goTo] = useLocation()
  const filter = readFilter(search)
  const tab = search.get('tab') === 'enough' ? 'enough' : 'queue'
  const { queue, labels, counters } = useReviewing(filter)
  const chosen = useSignal<Chosen>(none)
  const began = useRef(0)
  const judges = mayDo('operator')
  const items = queue.items.value
  const at = queue.at.value
  const done = queue.done.value

  useEffect(() => {
    if (!wanted || !items) return
    const place = items.findIndex(({ id }) => id === wanted)
    if (place >= 0) queue.go(place)
  }, [wanted, items === null])

  const undo = async () => {
    try {
      const step = await queue.undo()
      if (step) showToast(t.undone)
    } catch (thrown) {
      showToast(problemOf(thrown).message, { tone: 'critical' })
    }
  }
  const judge = async (id: string, judgement: Judgement) => {
    if (began.current === 0) began.current = performance.now()
    const many = chosen.value.ids
    if (many.size > 0) {
      chosen.value = none
      try {
        const { startMs: _start, endMs: _end, ...whole } = judgement
        const { judged, refused } = await queue.judgeMany([...many], whole)
        showToast(t.manyJudged(judged, refused), { tone: refused > 0 ? 'neutral' : 'good', undo })
      } catch (thrown) {
        showToast(problemOf(thrown).message, { tone: 'critical' })
      }
      return
    }
    const problem = await queue.judge(id, judgement)
    if (problem) showToast(problem.message, { tone: 'critical' })
  }
  const moving: readonly Shortcut[] = [
    { keys: 'j ArrowDown', label: t.next, repeats: true, run: () => queue.go(at + 1) },
    { keys: 'k ArrowUp', label: t.previous, repeats: true, run: () => queue.go(at - 1) },
  ]
  const judging: readonly Shortcut[] = [
    { keys: 'z Ctrl+z', label: t.undo, run: undo },
    {
      keys: 'x',
      label: t.chooseClip,
      run: () => {
        const item = items?.[at]
        if (item)
          chosen.value = choose(
            chosen.value,
            item.id,
            items.map(({ id }) => id),
            false,
          )
      },
    },
  ]
  useShortcuts('here', () => (judges ? [...moving, ...judging] : moving))
  const seconds = done.length === 0 ? 0 : (performance.now() - began.current) / 1000 / done.length
  const item = items?.[at]
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
        {counters.value && <span class="soft">{t.waits(formatNumber(counters.value.waiting.clips))}</span>}
        {done.length > 0 && (
          <span class="soft numbers" data-seconds-a-clip={seconds.toFixed(2)}>
            {t.progress(done.length)} · {t.rate(formatNumber(seconds, 1))}
          </span>
        )}
        {judges && (
          <Button kind="quiet" keyName="z" label={t.undo} disabled={done.length === 0} onClick={undo}>
            {t.undo}
          </Button>
        )}
      </header>
      <div class="review-body">
        <Tabs
          label={t.tabs}
          tabs={[
            { id: 'queue', title: t.tabQueue },
            { id: 'enough', title: t.tabEnough },
          ]}
          chosen={tab}
          onChoose={(id) =>
            setSearch({ ...writeFilter(filter), ...(id === 'queue' ? {} : { tab: id }) }, { replace: true })
          }
        >
          {tab === 'enough' && <EnoughTab counters={counters.value} />}
          {tab === 'queue' && (
            <div class="review-queue">
              <section class="review-side" aria-label={t.queue}>
                <QueueFilters
                  filter={filter}
                  counters={counters.value}
                  onFilter={(next) => {
                    chosen.value = none
                    goTo(`/review?${new URLSearchParams(writeFilter(next))}`, { replace: true })
                  }}
                />
                {chosen.value.ids.size > 0 && (
                  <p class="review-many" role="status">
                    {t.many(chosen.value.ids.size)}
                    <Button
                      kind="quiet"
                      onClick={() => {
                        chosen.value = none
                      }}
                    >
                      {t.clearChoice}
                    </Button>
                  </p>
                )}
                {items && items.length > 0 && (
                  <QueueList
                    items={items}
                    at={at}
                    chosen={judges ? chosen.value.ids : null}
                    onGo={queue.go}
                    onEnd={queue.more}
                    onChoose={(id, shift) => {
                      chosen.value = choose(
                        chosen.value,
                        id,
                        items.map((each) => each.id),
                        shift,
                      )
                    }}
                  />
                )}
              </section>
              {queue.problem.value && <EmptyState problem title={queue.problem.value.message} />}
              {!items && !queue.problem.value && <EmptyState busy title={t.loading} />}
              {items?.length === 0 && (
                <EmptyState title={search.size === 0 ? t.nothing : t.nothingSo}>
                  {search.size > 0 && <Button onClick={() => goTo('/review')}>{t.showAll}</Button>}
                </EmptyState>
              )}
              {item && items && (
                <ReviewStage
                  item={item}
                  next={items.slice(at + 1, at + 3)}
                  labels={labels.value.map(({ label }) => label)}
                  onJudge={(judgement) => judge(item.id, judgement)}
                />
              )}
            </div>
          )}
        </Tabs>
      </div>
    </>
  )
}
