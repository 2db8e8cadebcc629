import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { api, dataOf } from '../api/client.ts'
import { Badge } from '../pieces/badge.tsx'
import { formatDateTime, formatPercent } from '../text/format.ts'
import { wordFor, wordsFor } from '../text/words.ts'
import type { ReviewDetail, ReviewItem } from './review-types.ts'
import { text } from './text.ts'

/** Why a clip is here, what the model said, and who said what of it. */
export function ClipDetails({ item }: { item: ReviewItem }) {
  const t = text.value
  const detail = useSignal<ReviewDetail | null>(null)
  const { id, current } = item
  useEffect(() => {
    let left = false
    // Whoever goes through the clips fast is not followed by requests.
    const timer = setTimeout(async () => {
      const found = await dataOf(api.GET('/api/v1/review/{id}', { params: { path: { id } } })).catch(
        () => null,
      )
      if (!left) detail.value = found
    }, 250)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [id, current?.seq])
  const known = detail.value?.id === id ? detail.value : null
  const scores = known?.scores ?? (item.label ? [{ label: item.label, score: item.score ?? 0 }] : [])
  return (
    <aside class="review-details" aria-label={t.details}>
      <h2>
        {item.cameraId} <span class="soft">{formatDateTime(item.startedAt)}</span>
      </h2>
      <h3>{t.why}</h3>
      <p>
        <Badge tone={item.reason === 'alert' ? 'warning' : 'info'}>{t.reasons[item.reason]}</Badge>{' '}
        {item.explanation ?? ''}
      </p>
      <h3>{t.scores}</h3>
      <ul class="review-scores">
        {scores.slice(0, 6).map(({ label, score }) => (
          <li key={label}>
            <span>{wordFor(label)}</span>
            <meter min={0} max={1} value={score} aria-label={wordFor(label)} />
            <span class="numbers">{formatPercent(score)}</span>
          </li>
        ))}
        {scores.length === 0 && <li class="soft">{t.noLabel}</li>}
      </ul>
      {item.modelVersion && <p class="soft">{t.version(item.modelVersion)}</p>}
      <h3>{t.facts}</h3>
      <ol class="review-facts">
        {(known?.facts ?? []).map((fact) => (
          <li key={fact.seq}>
            <strong>{fact.who}</strong> {t.verdicts[fact.verdict]}
            {fact.verdict === 'relabel' && <>: {wordsFor(fact.labels)}</>}
            <span class="soft"> {formatDateTime(fact.at)}</span>
          </li>
        ))}
        {known?.facts.length === 0 && <li class="soft">{t.noFacts}</li>}
      </ol>
      {item.reason === 'alert' && <Link href={`/alerts/${id}`}>{t.openAlert}</Link>}
    </aside>
  )
}
