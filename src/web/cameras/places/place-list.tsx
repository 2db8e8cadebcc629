import { Badge } from '../../pieces/badge.tsx'
import { Button } from '../../pieces/button.tsx'
import { TextField } from '../../pieces/field.tsx'
import { isSlug } from '../camera-fields.ts'
import { text } from '../text.ts'
import type { Place } from './place.ts'
import { turnLine } from './place-geometry.ts'

/** The places of a camera by name; the fields of the one that is chosen. */
export function PlaceList(props: {
  places: readonly Place[]
  /** Places of several cameras: they stand in the file and are not changed here. */
  others: readonly Place[]
  locked: boolean
  chosen: number | null
  onChoose: (key: number | null) => void
  onPlace: (place: Place) => void
  problemOf: (place: Place) => string | undefined
}) {
  const { places, others, locked, chosen, onChoose, onPlace, problemOf } = props
  const t = text.value
  const sideProblem = (side = '') => (isSlug(side) ? {} : { problem: t.noSlug })
  const kinds = { zone: t.zone, line: t.line, ignore: t.ignoreArea } as const
  const tones = { zone: 'info', line: 'warning', ignore: 'neutral' } as const
  return (
    <section class="card place-list" aria-label={t.places}>
      <h2>{t.places}</h2>
      {places.length + others.length === 0 && <p class="soft">{locked ? t.noPlacesYet : t.noPlaces}</p>}
      <ul>
        {places.map((place) => {
          const open = place.key === chosen
          const problem = problemOf(place)
          return (
            <li key={place.key} class={open ? 'is-open' : ''}>
              <button
                type="button"
                class="place-row"
                {...(locked ? { disabled: true } : { 'aria-expanded': open })}
                onClick={() => onChoose(open ? null : place.key)}
              >
                <Badge tone={tones[place.kind]}>{kinds[place.kind]}</Badge>
                <span>{place.name}</span>
                {problem && !open && <Badge tone="critical">{t.wrong}</Badge>}
              </button>
              {open && !locked && (
                <div class="place-fields">
                  <TextField
                    label={t.name}
                    hint={t.slugHint}
                    value={place.name}
                    {...(problem === undefined ? {} : { problem })}
                    onValue={(name) => onPlace({ ...place, name })}
                  />
                  {place.kind === 'line' && (
                    <>
                      <TextField
                        label={t.leftSide}
                        {...sideProblem(place.left)}
                        value={place.left ?? ''}
                        onValue={(left) => onPlace({ ...place, left })}
                      />
                      <TextField
                        label={t.rightSide}
                        {...sideProblem(place.right)}
                        value={place.right ?? ''}
                        onValue={(right) => onPlace({ ...place, right })}
                      />
                      <Button icon="loop" onClick={() => onPlace(turnLine(place))}>
                        {t.turnLine}
                      </Button>
                    </>
                  )}
                </div>
              )}
            </li>
          )
        })}
      </ul>
      {others.length > 0 && (
        <>
          <h3>{t.sharedPlaces}</h3>
          <ul>
            {others.map((place) => (
              <li key={place.key} class="place-shared">
                <Badge tone={tones[place.kind]}>{kinds[place.kind]}</Badge>
                <span>{place.name}</span>
              </li>
            ))}
          </ul>
          {!locked && <p class="field-hint">{t.sharedPlacesHint}</p>}
        </>
      )}
    </section>
  )
}
