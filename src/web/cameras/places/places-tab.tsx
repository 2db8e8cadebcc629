import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Button } from '../../pieces/button.tsx'
import { type Camera, mayEdit, presets, type SiteConfig } from '../camera-store.ts'
import { ChangeDialog } from '../change-dialog.tsx'
import type { EditWish, FieldProblem } from '../edits.ts'
import { problemAt } from '../edits.ts'
import { isOn, type Rule, renamedIn, withoutCamera } from '../rules/rule.ts'
import { RuleList } from '../rules/rule-list.tsx'
import { stillAddress } from '../still.tsx'
import { text } from '../text.ts'
import { type Place, readPlaces } from './place.ts'
import { PlaceEditor } from './place-editor.tsx'
import { editsOf } from './place-edits.ts'
import { crossesItself } from './place-geometry.ts'
import { change, startHistory } from './place-history.ts'
import { PlaceList } from './place-list.tsx'

/** Zones, lines and ignored areas of a camera, and the rules about them: changed together, saved together. */
export function PlacesTab({ camera, site }: { camera: Camera; site: SiteConfig }) {
  const t = text.value
  const { id, config } = camera
  const first = useMemo(() => readPlaces(config), [])
  const history = useSignal(startHistory(first))
  const rules = useSignal<readonly Rule[]>(site.behaviours.rules)
  const chosen = useSignal<number | null>(null)
  const picture = useSignal(stillAddress(id, Date.now()))
  const wish = useSignal<EditWish | null>(null)
  const problems = useSignal<readonly FieldProblem[]>([])
  const places = history.value.now
  const locked = !mayEdit()

  const others = useMemo(() => othersOf(site, id), [site])
  const edits = editsOf({ id, first, places, before: site.behaviours.rules, after: rules.value })
  const placeProblem = (place: Place): string | undefined => {
    if (place.kind !== 'line' && crossesItself(place.points)) return t.crosses
    const list = { zone: 'zones', line: 'lines', ignore: 'ignore' }[place.kind]
    const at = places.filter(({ kind }) => kind === place.kind).indexOf(place)
    return problemAt(problems.value, { camera: id }, `${list}[${at}]`)
  }
  const onPlace = (place: Place) => {
    const former = places.find(({ key }) => key === place.key)
    history.value = change(
      history.value,
      places.map((each) => (each.key === place.key ? place : each)),
      `fields ${place.key}`,
    )
    if (!former || former.name === place.name) return
    // A rule of this camera follows the name of its place.
    rules.value = rules.value.map((rule) => {
      const own = rule.cameras?.length === 1 && rule.cameras[0] === id
      const preset = presets.value?.presets.find(({ name }) => name === rule.preset)
      return own ? renamedIn(rule, preset, former.name, place.name) : rule
    })
  }
  const wrong = new Set(places.filter((place) => placeProblem(place) !== undefined).map(({ key }) => key))
  return (
    <div class="places">
      {locked && <p class="places-note soft">{site.known ? t.onlyAdmins : t.onlyYours}</p>}
      <PlaceEditor
        picture={picture.value}
        history={history.value}
        onHistory={(next) => {
          history.value = next
        }}
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
          rules={rules.value.filter((rule) => isOn(rule, id))}
          allNames={rules.value.map(({ name }) => name)}
          places={[...places, ...others]}
          problems={problems.value}
          onChange={(rule) => {
            const known = rules.value.some(({ name }) => name === rule.name)
            rules.value = known
              ? rules.value.map((each) => (each.name === rule.name ? rule : each))
              : [...rules.value, rule]
          }}
          onRemove={(name) => {
            rules.value = rules.value.flatMap((rule) =>
              rule.name === name ? withoutCamera(rule, id) : [rule],
            )
          }}
        />
        <div class="places-save">
          <Button
            icon="clock"
            onClick={() => {
              picture.value = stillAddress(id, Date.now())
            }}
          >
            {t.newPicture}
          </Button>
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

/** Places of all cameras that this one has, too. */
function othersOf({ behaviours }: SiteConfig, id: string): readonly Place[] {
  const mine = <T extends { readonly cameras?: readonly string[] }>(list: readonly T[] = []) =>
    list.filter(({ cameras }) => cameras?.includes(id) ?? true)
  return readPlaces({ zones: mine(behaviours.zones), lines: mine(behaviours.lines) })
}
