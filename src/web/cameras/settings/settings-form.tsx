import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Button } from '../../pieces/button.tsx'
import { SelectField, TextField } from '../../pieces/field.tsx'
import { type CameraForm, formOf, patchOf, splitLogin } from '../camera-fields.ts'
import { type Camera, cameras, type SiteConfig } from '../camera-store.ts'
import { ChangeDialog } from '../change-dialog.tsx'
import { type EditWish, type FieldProblem, problemAt } from '../edits.ts'
import { keepUnsaved, unsaved } from '../unsaved.ts'
import { mergeForm } from './merge-form.ts'
import { ScheduleField } from './schedule-field.tsx'
import { text } from './text.ts'

/** The settings of a camera that people change; all others stay as they are in the file. */
export function SettingsForm({ camera, site }: { camera: Camera; site: SiteConfig }) {
  const t = text.value
  const { id, config } = camera
  const saved = formOf(config)
  const work = useSignal(useMemo(() => startWork(saved, unsaved.peek().get(id)?.settings), []))
  const { before, now, others } = work.value
  const put = (more: Partial<CameraForm>) => {
    work.value = { ...work.value, now: { ...work.value.now, ...more } }
  }
  const wish = useSignal<EditWish | null>(null)
  const problems = useSignal<readonly FieldProblem[]>([])
  const set =
    <K extends keyof CameraForm>(field: K) =>
    (value: CameraForm[K]) => {
      put({ [field]: value })
    }
  const said = (field: string) => {
    const problem = problemAt(problems.value, { camera: id }, field)
    return problem === undefined ? {} : { problem }
  }
  const patch = patchOf(before, now)
  const address = (field: 'url' | 'mainUrl') => (typed: string) => {
    const { url, user, password } = splitLogin(typed)
    put({ [field]: user === '' ? typed : url, ...(user === '' ? {} : { user, password }) })
  }
  const save = () => {
    const { before: from, now: typed } = work.value
    const wished = patchOf(from, typed)
    const login = typed.user !== '' && ('url' in wished || 'mainUrl' in wished)
    wish.value = {
      edits: [{ kind: 'change', id, patch: wished }],
      ...(login ? { logins: [{ camera: id, user: typed.user, password: typed.password }] } : {}),
    }
  }
  // What somebody else saves meanwhile is taken over; what was typed here stays, and is looked at anew.
  useEffect(() => {
    const next = startWork(saved, work.value)
    if (JSON.stringify(saved) === JSON.stringify(work.value.before)) return
    work.value = next
    if (wish.value && next.others.length > 0) save()
  }, [JSON.stringify(saved)])
  const kept = Object.keys(patch).length === 0 ? undefined : work.value
  useEffect(() => keepUnsaved(id, 'settings', kept), [kept])
  const note = kept && others.length > 0 ? t.changedMeanwhile : undefined
  const yesNo = (usual: boolean) => [
    { value: '' as const, label: t.asForAll(usual ? t.yes : t.no) },
    { value: 'true' as const, label: t.yes },
    { value: 'false' as const, label: t.no },
  ]
  return (
    <form
      class="camera-settings"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      {note && (
        <p class="change-note" role="status">
          {note}
        </p>
      )}
      <fieldset class="card">
        <legend>{t.general}</legend>
        <TextField
          label={t.groups}
          hint={t.groupsHint}
          value={now.groups}
          onValue={set('groups')}
          {...said('groups')}
        />
      </fieldset>
      <fieldset class="card">
        <legend>{t.streams}</legend>
        <p class="soft mono">{config.url}</p>
        <TextField
          label={t.newAddress}
          hint={t.newAddressHint}
          value={now.url}
          onValue={address('url')}
          {...said('url')}
        />
        {config.mainUrl && <p class="soft mono">{config.mainUrl}</p>}
        <TextField
          label={t.newMainAddress}
          value={now.mainUrl}
          onValue={address('mainUrl')}
          {...said('mainUrl')}
        />
        {(now.url !== '' || now.mainUrl !== '') && (
          <div class="form-row">
            <TextField label={t.user} value={now.user} autocomplete="off" onValue={set('user')} />
            <TextField
              label={t.password}
              type="password"
              autocomplete="new-password"
              value={now.password}
              onValue={set('password')}
            />
          </div>
        )}
        <SelectField
          label={t.transport}
          value={now.transport}
          choices={[
            { value: 'tcp', label: 'TCP' },
            { value: 'udp', label: 'UDP' },
          ]}
          onValue={set('transport')}
        />
      </fieldset>
      <fieldset class="card">
        <legend>{t.detection}</legend>
        <ModelChoice site={site} value={now.models} onValue={set('models')} />
        <TextField
          label={t.detector}
          hint={t.detectorHint}
          value={now.detector}
          onValue={set('detector')}
          {...said('detector')}
        />
        <TextField
          label={t.detectFps}
          type="number"
          min={0.1}
          max={60}
          step="any"
          value={now.detectFps}
          onValue={set('detectFps')}
          {...said('detectFps')}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={now.motion}
            onChange={({ currentTarget: { checked } }) => set('motion')(checked)}
          />
          {t.motionGate}
        </label>
      </fieldset>
      <fieldset class="card">
        <legend>{t.recording}</legend>
        <SelectField
          label={t.continuous}
          value={now.continuous}
          choices={yesNo(site.recording.continuous)}
          onValue={set('continuous')}
        />
        <SelectField
          label={t.clips}
          value={now.clips}
          choices={yesNo(site.recording.clips)}
          onValue={set('clips')}
        />
        <div class="form-row">
          {(['keepDays', 'keepSegmentsDays', 'maxMb'] as const).map((field) => (
            <TextField
              key={field}
              label={t[field]}
              type="number"
              min={0}
              step="any"
              placeholder={t.asForAllShort}
              value={now[field]}
              onValue={set(field)}
              {...said(`recording.${field}`)}
            />
          ))}
        </div>
      </fieldset>
      <fieldset class="card">
        <legend>{t.schedule}</legend>
        <p class="field-hint">{t.scheduleAbout(site.behaviours.timeZone)}</p>
        <ScheduleField
          label={t.armed}
          none={t.armedAlways}
          value={now.armed}
          onValue={set('armed')}
          {...said('armed')}
        />
        <ScheduleField
          label={t.disarmed}
          none={t.disarmedNever}
          value={now.disarmed}
          onValue={set('disarmed')}
          {...said('disarmed')}
        />
      </fieldset>
      <div class="settings-save">
        {kept && (
          <Button
            onClick={() => {
              work.value = startWork(saved)
              problems.value = []
            }}
          >
            {t.throwAway}
          </Button>
        )}
        <Button kind="primary" type="submit" disabled={Object.keys(patch).length === 0}>
          {Object.keys(patch).length === 0 ? t.nothingToSave : t.save}
        </Button>
      </div>
      <ChangeDialog
        wish={wish.value}
        title={t.saveTitle(id)}
        {...(note === undefined ? {} : { note })}
        onClose={() => {
          wish.value = null
        }}
        onDone={() => {
          wish.value = null
          const done = cameras.peek()?.find((each) => each.id === id)
          if (done) work.value = startWork(formOf(done.config))
        }}
        onProblems={(found) => {
          problems.value = found
        }}
      />
    </form>
  )
}

interface Work {
  /** What is saved, as far as this page knows. */
  readonly before: CameraForm
  readonly now: CameraForm
  /** What somebody else changed meanwhile. */
  readonly others: readonly (keyof CameraForm)[]
}

function startWork(saved: CameraForm, typed?: { before: CameraForm; now: CameraForm }): Work {
  if (!typed) return { before: saved, now: saved, others: [] }
  return { before: saved, ...mergeForm({ ...typed, saved }) }
}

/** All models, or some of them. */
function ModelChoice(props: {
  site: SiteConfig
  value: readonly string[] | null
  onValue: (value: readonly string[] | null) => void
}) {
  const { site, value, onValue } = props
  const t = text.value
  const names = site.models.map(({ name }) => name)
  if (names.length === 0) return <p class="soft">{t.noModels}</p>
  return (
    <fieldset class="checks">
      <legend>{t.models}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={value === null}
          onChange={({ currentTarget: { checked } }) => onValue(checked ? null : names)}
        />
        {t.allModels}
      </label>
      {value !== null &&
        names.map((name) => (
          <label key={name} class="check">
            <input
              type="checkbox"
              checked={value.includes(name)}
              onChange={({ currentTarget: { checked } }) =>
                onValue(names.filter((each) => (each === name ? checked : value.includes(each))))
              }
            />
            {name}
          </label>
        ))}
    </fieldset>
  )
}
