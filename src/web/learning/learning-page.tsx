import './learning.css'
import { useSignal } from '@preact/signals'
import { Link, useLocation, useParams, useSearchParams } from 'wouter-preact'
import { api, dataOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { Button } from '../pieces/button.tsx'
import { Tabs } from '../pieces/tabs.tsx'
import { DatasetsTab } from './datasets-tab.tsx'
import { JobBar } from './job-bar.tsx'
import { ModelsTab } from './models-tab.tsx'
import { RunsTab } from './runs-tab.tsx'
import { StartRun } from './start-run.tsx'
import { text } from './text.ts'

const tabs = ['runs', 'models', 'datasets'] as const
const everyMs = 2000

/** What is learned: runs, versions of models, and the data. */
export function Page() {
  const t = text.value
  const [search] = useSearchParams()
  const { run = null } = useParams<{ run?: string }>()
  const [, go] = useLocation()
  const starting = useSignal(false)
  const tab = tabs.find((each) => each === search.get('tab')) ?? 'runs'
  const learning = useLoaded(() => dataOf(api.GET('/api/v1/learning')), { event: 'learning', everyMs })
  const job = learning.value.value?.job ?? null
  const start = useLoaded(() => dataOf(api.GET('/api/v1/learning/choices')), {
    on: [job?.state],
    event: 'learning',
  })
  const choices = start.value.value
  const refused = choices?.refused ?? null
  const isActive = job !== null && job.state !== 'ended'
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
        {mayDo('admin') && (
          <Button
            kind="primary"
            icon="play"
            disabled={isActive || choices === null || refused !== null}
            onClick={() => {
              starting.value = true
            }}
          >
            {t.start}
          </Button>
        )}
      </header>
      <div class="page-body learning">
        {mayDo('admin') && refused && (
          <p class="learning-refused" role="status">
            {t.refusals[refused]} {refused === 'no_footage' && <Link href="/review">{t.toReview}</Link>}
          </p>
        )}
        {isActive && <JobBar job={job} onChange={learning.load} />}
        {job?.state === 'ended' && job.ended && job.ended.code !== null && (
          <p class="learning-ended" role="status">
            {job.model}: {job.ended.message}
          </p>
        )}
        <Tabs
          label={t.tabs}
          tabs={tabs.map((id) => ({ id, title: t[id] }))}
          chosen={tab}
          onChoose={(id) => go(id === 'runs' ? '/learning' : `/learning?tab=${id}`)}
        >
          {tab === 'runs' && <RunsTab chosen={run} job={job} onChange={learning.load} />}
          {tab === 'models' && <ModelsTab chosen={search.get('model')} />}
          {tab === 'datasets' && <DatasetsTab chosen={search.get('dataset')} />}
        </Tabs>
      </div>
      {choices && (
        <StartRun
          open={starting.value}
          choices={choices}
          onClose={() => {
            starting.value = false
          }}
          onStarted={async () => {
            await learning.load()
            go('/learning')
          }}
        />
      )}
    </>
  )
}
