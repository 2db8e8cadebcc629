import { useSignal } from '@preact/signals'
import { cameras } from '../api/cameras.ts'
import { problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { SelectField, TextField } from '../pieces/field.tsx'
import { JobList } from './job-list.tsx'
import { startExport } from './jobs.ts'
import { localTime } from './local-time.ts'
import { text } from './text.ts'

/** A time of one or several cameras as files to keep. */
export function ExportDialog(props: { camera: string; atMs: number; onClose: () => void }) {
  const { camera, atMs, onClose } = props
  const t = text.value
  const from = useSignal(localTime(atMs - 30_000))
  const to = useSignal(localTime(atMs + 30_000))
  const chosen = useSignal<readonly string[]>([camera])
  const time = useSignal<'none' | 'subtitles' | 'burned'>('none')
  const problem = useSignal<string | null>(null)
  const begun = useSignal(0)
  const start = async () => {
    try {
      const span = { fromMs: new Date(from.value).getTime(), toMs: new Date(to.value).getTime() }
      await startExport(span, chosen.value, time.value)
      problem.value = null
      begun.value += 1
    } catch (thrown) {
      problem.value = problemOf(thrown).message
    }
  }
  const toggle = (id: string) => {
    chosen.value = chosen.value.includes(id)
      ? chosen.value.filter((each) => each !== id)
      : [...chosen.value, id]
  }
  return (
    <Dialog
      title={t.exportTitle}
      open
      onClose={onClose}
      actions={
        <Button kind="primary" icon="download" disabled={chosen.value.length === 0} onClick={start}>
          {t.start}
        </Button>
      }
    >
      <div class="form">
        <div class="span-row">
          {(
            [
              [t.from, from],
              [t.to, to],
            ] as const
          ).map(([label, value]) => (
            <TextField
              key={label}
              label={label}
              type="datetime-local"
              step={1}
              value={value.value}
              onValue={(next) => {
                value.value = next
              }}
            />
          ))}
        </div>
        <fieldset class="plain">
          <legend>{t.cameras}</legend>
          <div class="choices">
            {cameras.value.map(({ id }) => (
              <label key={id}>
                <input type="checkbox" checked={chosen.value.includes(id)} onChange={() => toggle(id)} /> {id}
              </label>
            ))}
          </div>
        </fieldset>
        <SelectField
          label={t.timeShown}
          value={time.value}
          choices={[
            { value: 'none', label: t.timeNone },
            { value: 'subtitles', label: t.timeSubtitles },
            { value: 'burned', label: t.timeBurned },
          ]}
          onValue={(value) => {
            time.value = value
          }}
        />
        {problem.value && (
          <p class="field-problem" role="alert">
            {problem.value}
          </p>
        )}
        <JobList renewed={begun.value} />
      </div>
    </Dialog>
  )
}
