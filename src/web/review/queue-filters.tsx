import { SelectField } from '../pieces/field.tsx'
import { wordFor } from '../text/words.ts'
import { type QueueFilter, reasons, withField } from './queue-filter.ts'
import type { Counters } from './review-types.ts'
import { text } from './text.ts'

const states = ['waiting', 'done', 'all'] as const

/** State, reason, camera and label; what there is to choose comes with how much waits. */
export function QueueFilters(props: {
  filter: QueueFilter
  counters: Counters | null
  onFilter: (filter: QueueFilter) => void
}) {
  const { filter, counters, onFilter } = props
  const t = text.value
  const change = (name: keyof QueueFilter) => (value: string) => onFilter(withField(filter, name, value))
  const waiting = counters?.waiting
  const counted = (name: string, clips: number | undefined) => (clips ? `${name} (${clips})` : name)
  const withChosen = (names: readonly string[], chosen: string | undefined) =>
    chosen && !names.includes(chosen) ? [...names, chosen] : names
  const cameras = withChosen(waiting?.cameras.map(({ cameraId }) => cameraId) ?? [], filter.camera)
  const labels = withChosen(waiting?.labels.flatMap(({ label }) => label ?? []) ?? [], filter.label)
  return (
    <div class="review-filters">
      <SelectField
        label={t.state}
        value={filter.state}
        choices={states.map((value) => ({ value, label: t.states[value] }))}
        onValue={change('state')}
      />
      <SelectField
        label={t.reason}
        value={filter.reason ?? ''}
        choices={[
          { value: '', label: t.anyReason },
          ...reasons.map((value) => ({
            value,
            label: counted(t.reasons[value], waiting?.reasons.find(({ reason }) => reason === value)?.clips),
          })),
        ]}
        onValue={change('reason')}
      />
      <SelectField
        label={t.camera}
        value={filter.camera ?? ''}
        choices={[
          { value: '', label: t.anyCamera },
          ...cameras.map((value) => ({
            value,
            label: counted(value, waiting?.cameras.find(({ cameraId }) => cameraId === value)?.clips),
          })),
        ]}
        onValue={change('camera')}
      />
      <SelectField
        label={t.label}
        value={filter.label ?? ''}
        choices={[
          { value: '', label: t.anyLabel },
          ...labels.map((value) => ({
            value,
            label: counted(wordFor(value), waiting?.labels.find(({ label }) => label === value)?.clips),
          })),
        ]}
        onValue={change('label')}
      />
    </div>
  )
}
