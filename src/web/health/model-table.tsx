import { Badge } from '../pieces/badge.tsx'
import { formatNumber } from '../text/format.ts'
import type { Health } from './health-store.ts'
import { text } from './text.ts'

/** The models, and what they really run on. */
export function ModelTable({ models }: { models: Health['models'] }) {
  const t = text.value
  return (
    <section class="card" aria-labelledby="health-models">
      <h2 id="health-models">{t.models}</h2>
      {models.length === 0 && <p class="soft">{t.noModels}</p>}
      {models.length > 0 && (
        <div class="table-frame">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{t.model}</th>
                <th scope="col">{t.state}</th>
                <th scope="col">{t.runsOn}</th>
                <th scope="col" class="is-number">
                  {t.clipsShort}
                </th>
                <th scope="col" class="is-number">
                  {t.runTime}
                </th>
                <th scope="col" class="is-number">
                  {t.queue}
                </th>
                <th scope="col" class="is-number">
                  {t.stride}
                </th>
              </tr>
            </thead>
            <tbody>
              {models.map((model) => (
                <tr key={model.name}>
                  <th scope="row">
                    {model.name} <span class="soft mono">{model.version}</span>
                  </th>
                  <td>
                    <Badge tone={model.ready ? 'good' : 'critical'}>
                      {model.ready ? t.ready : t.notReady}
                    </Badge>
                  </td>
                  <td>
                    {model.providers.join(', ') || '–'}
                    {model.problems.map((problem) => (
                      <p key={problem} class="field-hint">
                        {problem}
                      </p>
                    ))}
                  </td>
                  <td class="is-number">
                    {model.clipsPerS === null ? '–' : formatNumber(model.clipsPerS, 1)}
                  </td>
                  <td class="is-number">{t.ms(formatNumber(model.meanRunMs))}</td>
                  <td class="is-number">{model.queuedClips}</td>
                  <td class="is-number">×{formatNumber(model.strideScale, 1)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
