import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { mayDo } from '../api/standing.ts'
import { Button } from '../pieces/button.tsx'
import { type Shortcut, useShortcuts } from '../pieces/shortcuts.ts'
import { togglePlay } from '../player/toggle-play.ts'
import { ClipDetails } from './clip-details.tsx'
import { ClipPlayer, usePlayer } from './clip-player.tsx'
import { LabelField } from './label-field.tsx'
import type { Judgement } from './review-queue.ts'
import type { ReviewItem, Verdict } from './review-types.ts'
import { text } from './text.ts'
import { loopPart, moveEdge, type Part } from './trim.ts'
import { TrimBar } from './trim-bar.tsx'
import { useSwipe } from './use-swipe.ts'
import { VerdictBar } from './verdict-bar.tsx'

/** One clip with all that can be said of it. */
export function ReviewStage(props: {
  item: ReviewItem
  /** Those that follow: fetched already. */
  next: readonly ReviewItem[]
  labels: readonly string[]
  onJudge: (judgement: Judgement) => void
}) {
  const { item, next, labels, onJudge } = props
  const t = text.value
  const state = usePlayer()
  const trimmed = useSignal<Part | null>(null)
  const typing = useSignal(false)
  useEffect(() => {
    trimmed.value = null
    typing.value = false
  }, [item.id])
  const quick = labels.filter((label) => label !== item.label).slice(0, 6)
  const judges = mayDo('operator')
  const say = (judgement: Judgement) => {
    typing.value = false
    const part = judgement.verdict === 'confirm' || judgement.verdict === 'relabel' ? trimmed.value : null
    onJudge({ ...judgement, ...part })
  }
  const verdict = (name: Verdict) => {
    if (!judges) return
    if (name === 'confirm' && item.label === null) return
    say({ verdict: name })
  }
  const cut = (edge: 'start' | 'end') => {
    const part = loopPart(item, trimmed.value)
    trimmed.value = moveEdge(part, edge, state.timeMs.value, item.durationMs)
  }
  const seek = (ms: number) => {
    if (state.video.current) state.video.current.currentTime = ms / 1000
  }
  const watching: readonly Shortcut[] = [
    { keys: 'Space', label: t.play, run: () => togglePlay(state.video.current) },
    {
      keys: 'l',
      label: t.loop,
      run: () => {
        state.loops.value = !state.loops.value
      },
    },
    {
      keys: 'h',
      label: t.slow,
      run: () => {
        state.slow.value = !state.slow.value
      },
    },
  ]
  const judging: readonly Shortcut[] = [
    { keys: 'y Enter', label: t.confirm, run: () => verdict('confirm') },
    { keys: 'n', label: t.reject, run: () => verdict('reject') },
    {
      keys: 'r /',
      label: t.relabel,
      run: () => {
        typing.value = true
      },
    },
    { keys: 'u', label: t.unsure, run: () => verdict('unsure') },
    { keys: 's', label: t.skip, run: () => verdict('skip') },
    { keys: '[', label: t.startHere, run: () => cut('start') },
    { keys: ']', label: t.endHere, run: () => cut('end') },
    {
      keys: '\\',
      label: t.wholeClip,
      run: () => {
        trimmed.value = null
      },
    },
    {
      keys: '1 2 3 4 5 6',
      label: t.relabel,
      run: ({ key }) => {
        const label = quick[Number(key) - 1]
        if (label !== undefined) say({ verdict: 'relabel', labels: [label] })
      },
    },
  ]
  useShortcuts('here', () => (judges ? [...watching, ...judging] : watching))
  const swipe = useSwipe((way) => verdict(way === 'right' ? 'confirm' : way === 'left' ? 'reject' : 'skip'))
  return (
    <section class="review-main" aria-label={t.video}>
      <div class="review-watch" {...swipe}>
        {item.removedReason === null ? (
          <ClipPlayer clips={[item, ...next]} trimmed={trimmed.value} state={state} />
        ) : (
          <p class="review-removed">{t.removed}</p>
        )}
      </div>
      <div class="review-tools">
        <Button
          kind="quiet"
          icon="play"
          label={t.play}
          keyName="Space"
          onClick={() => togglePlay(state.video.current)}
        />
        <Button
          kind="quiet"
          icon="loop"
          label={t.loop}
          keyName="l"
          pressed={state.loops.value}
          onClick={() => {
            state.loops.value = !state.loops.value
          }}
        />
        <TrimBar
          clip={item}
          trimmed={trimmed.value}
          timeMs={state.timeMs}
          onSeek={seek}
          onTrim={(part) => {
            trimmed.value = part
          }}
        />
      </div>
      {!judges ? (
        <p class="soft">{t.onlyOperators}</p>
      ) : typing.value ? (
        <LabelField
          labels={labels}
          onClose={() => {
            typing.value = false
          }}
          onLabels={(given, newLabels) =>
            say({ verdict: 'relabel', labels: given, ...(newLabels && { newLabels }) })
          }
        />
      ) : (
        <VerdictBar
          item={item}
          quick={quick}
          onVerdict={verdict}
          onQuick={(label) => say({ verdict: 'relabel', labels: [label] })}
          onRelabel={() => {
            typing.value = true
          }}
        />
      )}
      <ClipDetails item={item} />
    </section>
  )
}
