import { Link } from 'wouter-preact'
import { addressOf } from '../api/address.ts'
import { Curve } from '../pieces/curve/curve.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { formatNumber, formatPercent } from '../text/format.ts'
import type { Counters } from './review-types.ts'
import { text } from './text.ts'

/** Whether enough was judged, label by label, and what versions made of it. */
export function EnoughTab({ counters }: { counters: Counters | null }) {
  const t = text.value
  if (counters === null) return <EmptyState busy title={t.loading} />
  const { labels, learnable, people, waiting } = counters
  const missing = labels.filter(
    ({ clips, clipsNeeded, groupsNeeded }) => clips > 0 && clipsNeeded + groupsNeeded > 0,
  )
  const isEnough =
    labels.some(({ clips }) => clips > 0) && missing.length === 0 && learnable.groupsNeeded === 0
  return (
    <div class="enough">
      <section class="card enough-wide">
        <h2>{t.enoughTitle}</h2>
        {learnable.clips === 0 && <p>{t.noneYet}</p>}
        {isEnough && <p class="enough-good">{t.enough}</p>}
        {missing.length > 0 && <p>{t.enoughNot(missing.map(({ label }) => label).join(', '))}</p>}
        {learnable.clips > 0 && learnable.groupsNeeded > 0 && <p>{t.enoughGroups(learnable.groupsNeeded)}</p>}
        <div class="table-frame">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t.colLabel}</th>
                <th scope="col" class="is-number">
                  {t.colWaiting}
                </th>
                <th scope="col" class="is-number">
                  {t.colConfirmed}
                </th>
                <th scope="col" class="is-number">
                  {t.colRejected}
                </th>
                <th scope="col" class="is-number">
                  {t.colRelabelled}
                </th>
                <th scope="col" class="is-number">
                  {t.colClips}
                </th>
                <th scope="col" class="is-number">
                  {t.colGroups}
                </th>
                <th scope="col">{t.colNeeded}</th>
              </tr>
            </thead>
            <tbody>
              {labels.map((each) => (
                <tr key={each.label}>
                  <th scope="row">
                    <Link href={`/review?state=done&shows=${encodeURIComponent(each.label)}`}>
                      {each.label}
                    </Link>
                  </th>
                  <td class="is-number">{each.waiting}</td>
                  <td class="is-number">{each.confirmed}</td>
                  <td class="is-number">{each.rejected}</td>
                  <td class="is-number">{each.relabelled}</td>
                  <td class="is-number">{each.clips}</td>
                  <td class="is-number">{each.groups}</td>
                  <td>{t.needs(each.clipsNeeded, each.groupsNeeded) || t.ok}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section class="card">
        <h2>{t.waitingBy}</h2>
        <ul class="bars">
          {waiting.reasons.map(({ reason, clips }) => (
            <li key={reason}>
              <Link href={`/review?reason=${reason}`}>{t.reasons[reason]}</Link>
              <meter min={0} max={waiting.clips} value={clips} aria-label={t.reasons[reason]} />
              <span class="numbers">{formatNumber(clips)}</span>
            </li>
          ))}
          {waiting.cameras.slice(0, 12).map(({ cameraId, clips }) => (
            <li key={cameraId}>
              <Link href={`/review?camera=${cameraId}`}>{cameraId}</Link>
              <meter min={0} max={waiting.clips} value={clips} aria-label={cameraId} />
              <span class="numbers">{formatNumber(clips)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{t.people}</h2>
        <ul class="bars">
          {people.map(({ who, clips }) => (
            <li key={who}>
              <span>{who}</span>
              <meter min={0} max={counters.judged.clips} value={clips} aria-label={who} />
              <span class="numbers">{formatNumber(clips)}</span>
            </li>
          ))}
          {people.length === 0 && <li class="soft">{t.noneYet}</li>}
        </ul>
      </section>
      <LearningCurve curve={counters.curve} />
      <Worst worst={counters.worst} />
    </div>
  )
}

function LearningCurve({ curve }: Pick<Counters, 'curve'>) {
  const t = text.value
  const points = curve
    .filter(({ clips, macroF1 }) => clips !== null && macroF1 !== null)
    .toSorted((a, b) => a.clips! - b.clips!)
  return (
    <section class="card">
      <h2>{t.curve}</h2>
      <p class="field-hint">{t.curveHint}</p>
      {points.length === 0 ? (
        <p class="soft">{t.noCurve}</p>
      ) : (
        <Curve
          label={points
            .map(({ version, clips, macroF1 }) => `${version}: ${clips}, ${formatPercent(macroF1!)}`)
            .join('; ')}
          x={points.map(({ clips }) => clips!)}
          xName={t.colClips}
          lines={[{ label: 'macro F1', values: points.map(({ macroF1 }) => macroF1), dots: true }]}
        />
      )}
    </section>
  )
}

function Worst({ worst }: Pick<Counters, 'worst'>) {
  const t = text.value
  return (
    <section class="card">
      <h2>{t.worst}</h2>
      <p class="field-hint">{t.worstHint}</p>
      <ul class="worst">
        {worst.slice(0, 24).map(({ id, inQueue, truth, said, confidence, group }) => (
          <li key={id}>
            {inQueue && (
              <img
                src={addressOf(`/api/v1/review/${id}/thumbnail`)}
                alt=""
                loading="lazy"
                width={80}
                height={45}
              />
            )}
            <span>
              {t.truthIs(truth)}, {t.says(said, formatPercent(confidence))}
              <span class="soft"> {group}</span>
            </span>
            {inQueue ? (
              <Link href={`/review/${id}?state=all`}>{t.look}</Link>
            ) : (
              <span class="soft">{t.gone}</span>
            )}
          </li>
        ))}
        {worst.length === 0 && <li class="soft">{t.noWorst}</li>}
      </ul>
    </section>
  )
}
