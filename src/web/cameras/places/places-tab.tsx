import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Button } from '../../pieces/button.tsx'
import { isSlug } from '../camera-fields.ts'
import { type Camera, mayEdit, presets, type SiteConfig } from '../camera-store.ts'
import { ChangeDialog } from '../change-dialog.tsx'
import type { EditWish, FieldProblem } from '../edits.ts'
import { problemAt } from '../edits.ts'
import { isOn, type Rule, renamedIn, withoutCamera } from '../rules/rule.ts'
import { RuleList } from '../rules/rule-list.tsx'
import { text } from '../text.ts'
import { keepUnsaved, unsaved } from '../unsaved.ts'
import { mergeEdits, type PlacesAndRules, sameEdits } from './merge-edits.ts'
import { type Place, readPlaces } from './place.ts'
import { PlaceEditor } from './place-editor.tsx'
import { editsOf } from './place-edits.ts'
import { crossesItself } from './place-geometry.ts'
import { change, type PlaceHistory, startHistory } from './place-history.ts'
import { PlaceList } from './place-list.tsx'
import { usePicture } from './use-picture.ts'

/** Zones, lines and ignored areas of a camera, and the rules about them: changed together, saved together. */
export function PlacesTab({ camera, site }: { camera: Camera; site: SiteConfig }) {
  const t = text.value
  const { id, config } = camera
  const saved: PlacesAndRules = { places: readPlaces(config), rules: site.behaviours.rules }
  const work = useSignal(useMemo(() => startWork(saved, unsaved.peek().get(id)?.places), []))
  const { history, rules } = work.value
  const chosen = useSignal<number | null>(null)
  const picture = usePicture(id, !camera.paused)
  const wish = useSignal<EditWish | null>(null)
  const problems = useSignal<readonly FieldProblem[]>([])
  const places = history.now
  const locked = !mayEdit()

  const others = useMemo(() => othersOf(site, id), [site])
  const editsNow = () => {
    const { base: from, history: shown, rules: after } = work.value
    return editsOf({ id, first: from.places, places: shown.now, before: from.rules, after })
  }
  const edits = editsNow()
  const put = (more: Partial<Pick<Work, 'history' | 'rules'>>) => {
    work.value = { ...work.value, ...more }
  }
  // What somebody else saves meanwhile is taken over; what was changed here stays, and is looked at anew.
  useEffect(() => {
    if (sameEdits(saved, work.value.base)) return
    work.value = startWork(saved, { base: work.value.base, mine: mineOf(work.value) })
    if (wish.value && editsNow().length > 0) wish.value = { edits: [...editsNow()] }
  }, [JSON.stringify(saved)])
  const kept = edits.length === 0 ? undefined : work.value
  useEffect(() => {
    keepUnsaved(id, 'places', kept && { base: kept.base, mine: mineOf(kept) })
  }, [kept])
  const note = work.value.changed && edits.length > 0 ? t.changedMeanwhile : undefined
  const placeProblem = (place: Place): string | undefined => {
    if (place.kind !== 'line' && crossesItself(place.points)) return t.crosses
    if (!isSlug(place.name)) return t.noSlug
    if (kindred(place).length > 1) return t.nameTaken
    const list = { zone: 'zones', line: 'lines', ignore: 'ignore' }[place.kind]
    const at = places.filter(({ kind }) => kind === place.kind).indexOf(place)
    return problemAt(problems.value, { camera: id }, `${list}[${at}]`)
  }
  const kindred = (place: Place) =>
    places.filter(({ kind, name }) => kind === place.kind && name === place.name)
  const onPlace = (place: Place) => {
    const former = places.find(({ key }) => key === place.key)
    put({
      history: change(
        history,
        places.map((each) => (each.key === place.key ? place : each)),
        `fields ${place.key}`,
      ),
    })
    if (!former || former.name === place.name) return
    // A rule of this camera follows the name of its place.
    const renamed = rules.map((rule) => {
      const own = rule.cameras?.length === 1 && rule.cameras[0] === id
      const preset = presets.value?.presets.find(({ name }) => name === rule.preset)
      return own ? renamedIn(rule, preset, former.name, place.name) : rule
    })
    put({ rules: renamed })
  }
  const wrong = new Set(places.filter((place) => placeProblem(place) !== undefined).map(({ key }) => key))
  return (
    <div class="places">
      {locked && <p class="places-note soft">{site.known ? t.onlyAdmins : t.onlyYours}</p>}
      {note && (
        <p class="places-note change-note" role="status">
          {note}
        </p>
      )}
      <PlaceEditor
        picture={picture}
        history={history}
        onHistory={(next) => put({ history: next })}
        chosen={chosen.value}
        onChoose={(key) => {
          chosen.value = key
        }}
        others={others}
        locked={locked}
        problemKeys={wrong}
      />
      <div class="places-side">
        <PlaceList
          places={places}
          others={others}
          locked={locked}
          chosen={chosen.value}
          onChoose={(key) => {
            chosen.value = key
          }}
          onPlace={onPlace}
          problemOf={placeProblem}
        />
        <RuleList
          cameraId={id}
          locked={locked}
          known={site.known}
          modelRules={site.alerts.rules.filter(({ cameras }) => cameras?.includes(id) ?? true)}
          rules={rules.filter((rule) => isOn(rule, id))}
          allNames={rules.map(({ name }) => name)}
          places={[...places, ...others]}
          problems={problems.value}
          onChange={(rule) => {
            const known = rules.some(({ name }) => name === rule.name)
            put({
              rules: known ? rules.map((each) => (each.name === rule.name ? rule : each)) : [...rules, rule],
            })
          }}
          onRemove={(name) => {
            put({
              rules: rules.flatMap((rule) => (rule.name === name ? withoutCamera(rule, id) : [rule])),
            })
          }}
        />
        <div class="places-save">
          <Button icon="clock" onClick={picture.renew}>
            {t.newPicture}
          </Button>
          {edits.length > 0 && (
            <Button
              onClick={() => {
                work.value = startWork(saved)
                chosen.value = null
                problems.value = []
              }}
            >
              {t.throwAway}
            </Button>
          )}
          {!locked && (
            <Button
              kind="primary"
              disabled={edits.length === 0}
              onClick={() => {
                wish.value = { edits: [...edits] }
              }}
            >
              {edits.length === 0 ? t.nothingToSave : t.save}
            </Button>
          )}
        </div>
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
        }}
        onProblems={(found) => {
          problems.value = found
        }}
      />
    </div>
  )
}

interface Work {
  /** What is saved, as far as this page knows. */
  readonly base: PlacesAndRules
  readonly history: PlaceHistory
  readonly rules: readonly Rule[]
  /** Whether somebody else saved something while this was worked on. */
  readonly changed: boolean
}

const mineOf = ({ history, rules }: Work): PlacesAndRules => ({ places: history.now, rules })

/** What is worked on: what is saved, with what was changed before where something was. */
function startWork(saved: PlacesAndRules, before?: { base: PlacesAndRules; mine: PlacesAndRules }): Work {
  if (!before) return { base: saved, history: startHistory(saved.places), rules: saved.rules, changed: false }
  const { base, mine } = mergeEdits({ ...before, saved })
  const changed = !sameEdits(saved, before.base) && !sameEdits(base, mine)
  return { base, history: startHistory(mine.places), rules: mine.rules, changed }
}

/** Places of all cameras that this one has, too. */
function othersOf({ behaviours }: SiteConfig, id: string): readonly Place[] {
  const mine = <T extends { readonly cameras?: readonly string[] }>(list: readonly T[] = []) =>
    list.filter(({ cameras }) => cameras?.includes(id) ?? true)
  return readPlaces({ zones: mine(behaviours.zones), lines: mine(behaviours.lines) })
}
