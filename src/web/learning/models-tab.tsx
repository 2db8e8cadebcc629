import { Link } from 'wouter-preact'
import { api, dataOf } from '../api/client.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Badge } from '../pieces/badge.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { Loading } from '../pieces/loading.tsx'
import { ModelView } from './model-view.tsx'
import { text } from './text.ts'

const everyMs = 5000

/** The models of the registry, and the versions of the one that is chosen. */
export function ModelsTab({ chosen }: { chosen: string | null }) {
  const t = text.value
  const list = useLoaded(() => dataOf(api.GET('/api/v1/models')), { event: 'learning', everyMs })
  const models = list.value.value?.models
  if (!models) return <Loading of={list} />
  if (models.length === 0) return <EmptyState title={t.noModels} />
  const shown =
    models.find(({ name }) => name === chosen) ?? models.find(({ learned }) => learned) ?? models[0]!
  return (
    <div class="learning-split">
      <nav class="learning-list" aria-label={t.models}>
        {models.map((model) => (
          <Link
            key={model.name}
            href={`/learning?tab=models&model=${model.name}`}
            class={`learning-row${model === shown ? ' is-here' : ''}`}
            aria-current={model === shown ? 'true' : undefined}
          >
            <span>
              <strong>{model.name}</strong>
              {model.shadow && <Badge tone="info">{t.shadow}</Badge>}
            </span>
            <span class="soft">
              {model.live ?? t.noLive}
              {model.serves && ` · ${t.served}`}
            </span>
          </Link>
        ))}
      </nav>
      <ModelView
        key={shown.name}
        name={shown.name}
        mark={`${shown.live} ${shown.shadow} ${shown.versions}`}
      />
    </div>
  )
}
