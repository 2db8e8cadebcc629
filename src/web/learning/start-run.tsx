import { useSignal } from '@preact/signals'
import { api, dataOf } from '../api/client.ts'
import { useLoaded } from '../api/use-loaded.ts'
import { SelectField, TextField } from '../pieces/field.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { Ask } from './ask.tsx'
import type { StartChoices } from './learning-types.ts'
import { text } from './text.ts'

const whats = ['finetune', 'pretrain', 'teach'] as const
const fresh = '+'

/** Asks what is to be learned, from which data, and begins it. */
export function StartRun(props: {
  open: boolean
  choices: StartChoices
  onClose: () => void
  onStarted: () => Promise<void>
}) {
  const t = text.value
  const { models, settings, ready, lines } = props.choices
  const model = useSignal<string | null>(null)
  const what = useSignal<(typeof whats)[number]>('finetune')
  const dataset = useSignal<string | null>(null)
  const steps = useSignal('')
  // While it is closed nothing is asked for.
  const datasets = useLoaded(async () => (props.open ? await dataOf(api.GET('/api/v1/datasets')) : null), {
    on: [props.open],
    event: 'learning',
  })
  const names = (datasets.value.value?.datasets ?? []).flatMap(({ name, versions }) =>
    versions
      .toReversed()
      .slice(0, 5)
      .map((version) => `${name}@${version}`),
  )
  const byModel = model.value ?? models[0]!
  const byData = dataset.value ?? (settings !== null && ready ? '' : (names[0] ?? fresh))
  const begin = async () => {
    let chosen = byData
    if (chosen === fresh) {
      const built = await dataOf(api.POST('/api/v1/datasets', { body: {} }))
      chosen = `${built.name}@${built.version}`
    }
    const count = Number(steps.value)
    await dataOf(
      api.POST('/api/v1/runs', {
        body: {
          what: what.value,
          model: byModel,
          ...(chosen !== '' && { datasets: [chosen] }),
          ...(count > 0 && { plan: { finetune: { steps: count } } }),
        },
      }),
    )
    showToast(t.started, { tone: 'good' })
    await props.onStarted()
  }
  return (
    <Ask title={t.start} open={props.open} go={t.begin} onClose={props.onClose} onGo={begin}>
      <SelectField
        label={t.what}
        value={what.value}
        choices={whats.map((value) => ({ value, label: t.whats[value] }))}
        onValue={(value) => {
          what.value = value
        }}
      />
      <SelectField
        label={t.model}
        value={byModel}
        choices={models.map((value) => ({ value, label: value }))}
        onValue={(value) => {
          model.value = value
        }}
      />
      <SelectField
        label={t.dataset}
        value={byData}
        choices={[
          ...(settings === null ? [] : [{ value: '', label: t.fromSettings }]),
          { value: fresh, label: t.newVersion },
          ...names.map((value) => ({ value, label: value })),
        ]}
        onValue={(value) => {
          dataset.value = value
        }}
      />
      <TextField
        label={t.steps}
        hint={t.stepsHint}
        value={steps.value}
        inputMode="numeric"
        onValue={(value) => {
          steps.value = value.replace(/\D/g, '')
        }}
      />
      <p class="field-hint">{t.startHint}</p>
      {lines !== null && (
        <>
          <p class="field-hint">{t.noSection}</p>
          <pre class="start-lines">{lines}</pre>
        </>
      )}
    </Ask>
  )
}
