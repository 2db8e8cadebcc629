import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Button } from '../../pieces/button.tsx'
import { useShortcuts } from '../../pieces/shortcuts.ts'
import { text } from '../text.ts'
import { DrawnPlace } from './drawn-place.tsx'
import { freeName, type Place, type Point } from './place.ts'
import {
  addPoint,
  dropPoint,
  fewestPoints,
  inside,
  movePlace,
  movePoint,
  startingPoints,
} from './place-geometry.ts'
import { change, type PlaceHistory, redo, settle, undo } from './place-history.ts'
import type { Picture } from './use-picture.ts'

/** What is taken hold of: a corner, or the whole of a place. */
type Hold = {
  readonly key: number
  readonly at: number | 'whole'
  readonly from: Point
  readonly start: Place
}

const fine = 0.005
const coarse = 0.05
const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/**
 * Zones, lines and areas that are ignored, drawn on a still of the camera: with a mouse or finger, or with keys. A corner
 * has the focus, arrows move it.
 */
export function PlaceEditor(props: {
  picture: Picture
  history: PlaceHistory
  onHistory: (history: PlaceHistory) => void
  /** The key of the place that is chosen. */
  chosen: number | null
  onChoose: (key: number | null) => void
  /** Places of all cameras: shown, not changed here. */
  others: readonly Place[]
  /** They are looked at only. */
  locked: boolean
  problemKeys: ReadonlySet<number>
}) {
  const { picture, history, chosen, onChoose, others, locked, problemKeys } = props
  const t = text.value
  const places = history.now
  // Several events may come before the page is drawn anew.
  const latest = useRef(history)
  latest.current = history
  const put = (next: PlaceHistory) => {
    latest.current = next
    props.onHistory(next)
  }
  const svg = useRef<SVGSVGElement>(null)
  const hold = useRef<Hold | null>(null)
  const aspect = useSignal(16 / 9)
  const drawing = useSignal<{ kind: Place['kind']; points: readonly Point[] } | null>(null)
  const draft = drawing.value

  const pointOf = (event: { clientX: number; clientY: number }): Point => {
    const { left, top, width, height } = svg.current!.getBoundingClientRect()
    return inside([(event.clientX - left) / width, (event.clientY - top) / height])
  }
  const replace = (place: Place, step: string | null) =>
    put(
      change(
        latest.current,
        latest.current.now.map((each) => (each.key === place.key ? place : each)),
        step,
      ),
    )
  const add = (kind: Place['kind'], points: readonly Point[]) => {
    const key = Math.max(0, ...places.map((place) => place.key)) + 1
    const sides = kind === 'line' ? { left: 'left', right: 'right' } : {}
    put(change(latest.current, [...places, { key, kind, name: freeName(kind, places), points, ...sides }]))
    drawing.value = null
    onChoose(key)
  }
  const remove = (key: number) => {
    put(
      change(
        latest.current,
        places.filter((place) => place.key !== key),
      ),
    )
    onChoose(null)
  }
  const begin = (kind: Place['kind'], event: MouseEvent) => {
    // By a key there is no pointer to draw with: a shape is put into the middle, to be moved.
    if (event.detail === 0) return add(kind, startingPoints(kind))
    drawing.value = { kind, points: [] }
    onChoose(null)
  }
  const finish = () => {
    const made = drawing.value
    if (made && made.points.length >= fewestPoints(made.kind)) add(made.kind, made.points)
    else drawing.value = null
  }

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || locked) return
    const now = pointOf(event)
    if (draft) {
      const points = [...draft.points, now]
      const [first] = draft.points
      const closes =
        first &&
        draft.points.length >= 3 &&
        Math.hypot((first[0] - now[0]) * aspect.value, first[1] - now[1]) < 0.03
      if (closes) return finish()
      if (draft.kind === 'line' && points.length === 2) return add('line', points)
      drawing.value = { ...draft, points }
      return
    }
    const target = (event.target as Element).closest<SVGElement>('[data-place]')
    const place = places.find(({ key }) => String(key) === target?.dataset.place)
    if (!place || !target) return onChoose(null)
    onChoose(place.key)
    const corner = target.dataset.point
    const between = target.dataset.between
    if (between !== undefined) {
      const grown = addPoint(place, Number(between))
      replace(grown, `drag ${place.key} ${Number(between) + 1}`)
      hold.current = { key: place.key, at: Number(between) + 1, from: now, start: grown }
    } else
      hold.current = {
        key: place.key,
        at: corner === undefined ? 'whole' : Number(corner),
        from: now,
        start: place,
      }
    svg.current!.setPointerCapture(event.pointerId)
  }
  const onMove = (event: PointerEvent) => {
    const held = hold.current
    if (!held) return
    const now = pointOf(event)
    const moved =
      held.at === 'whole'
        ? movePlace(held.start, [now[0] - held.from[0], now[1] - held.from[1]])
        : movePoint(held.start, held.at, now)
    replace(moved, `drag ${held.key} ${held.at}`)
  }
  const onUp = () => {
    if (hold.current) put(settle(latest.current))
    hold.current = null
  }
  const onKey = (event: KeyboardEvent) => {
    if (locked) return
    const target = (event.target as Element).closest<SVGElement>('[data-place]')
    const place = places.find(({ key }) => String(key) === target?.dataset.place)
    if (!place || !target) return
    const [arrow, corner] = [arrows[event.key], target.dataset.point]
    if (arrow) {
      const by = event.shiftKey ? coarse : fine
      const step: Point = [arrow[0] * by, arrow[1] * by]
      const at = Number(corner)
      const point = corner === undefined ? null : place.points[at]!
      const moved = point
        ? movePoint(place, at, [point[0] + step[0], point[1] + step[1]])
        : movePlace(place, step)
      replace(moved, `keys ${place.key} ${corner ?? 'whole'}`)
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      const fewer = corner === undefined ? place : dropPoint(place, Number(corner))
      if (fewer !== place) replace(fewer, null)
      else if (corner === undefined) remove(place.key)
    } else if (event.key === '+' && corner !== undefined) replace(addPoint(place, Number(corner)), null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  useShortcuts('here', () =>
    locked
      ? []
      : [
          { keys: 'Ctrl+z', label: t.undo, repeats: true, run: () => put(undo(latest.current)) },
          { keys: 'Ctrl+y Ctrl+Shift+z', label: t.redo, repeats: true, run: () => put(redo(latest.current)) },
          { keys: 'Enter', label: t.finishDrawing, run: finish },
          {
            keys: 'Escape',
            label: t.stopDrawing,
            run: () => {
              drawing.value = null
            },
          },
        ],
  )
  const selected = places.find(({ key }) => key === chosen) ?? null
  const draftPlace: Place | null = draft && { key: 0, kind: draft.kind, name: '', points: draft.points }

  const hint = draft
    ? draft.kind === 'line'
      ? t.drawLineHint
      : t.drawZoneHint
    : locked || places.length === 0
      ? null
      : t.editHint

  return (
    <div class="place-editor">
      {!locked && (
        <div class="place-tools" role="toolbar" aria-label={t.drawingTools}>
          <Button icon="plus" pressed={draft?.kind === 'zone'} onClick={(event) => begin('zone', event)}>
            {t.zone}
          </Button>
          <Button icon="plus" pressed={draft?.kind === 'line'} onClick={(event) => begin('line', event)}>
            {t.line}
          </Button>
          <Button icon="plus" pressed={draft?.kind === 'ignore'} onClick={(event) => begin('ignore', event)}>
            {t.ignoreArea}
          </Button>
          <span class="place-tools-gap" />
          {draft && draft.kind !== 'line' && (
            <Button kind="primary" disabled={draft.points.length < 3} onClick={finish}>
              {t.finishDrawing}
            </Button>
          )}
          <Button
            disabled={history.before.length === 0}
            keyName="Ctrl+Z"
            label={t.undo}
            icon="undo"
            onClick={() => put(undo(latest.current))}
          />
          <Button
            disabled={history.after.length === 0}
            keyName="Ctrl+Y"
            label={t.redo}
            icon="redo"
            onClick={() => put(redo(latest.current))}
          />
          <Button
            disabled={!selected}
            icon="trash"
            label={t.removePlace}
            onClick={() => selected && remove(selected.key)}
          />
        </div>
      )}
      <div class={`place-stage${draft ? ' is-drawing' : ''}`}>
        {picture.address ? (
          <img
            src={picture.address}
            alt={t.stillAlt}
            draggable={false}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
              if (naturalHeight > 0) aspect.value = naturalWidth / naturalHeight
            }}
          />
        ) : (
          <p class="place-no-picture">{picture.missing ? t.noStill : t.loadingStill}</p>
        )}
        <svg
          ref={svg}
          class="place-canvas"
          viewBox="0 0 1000 1000"
          preserveAspectRatio="none"
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerCancel={onUp}
          onDblClick={finish}
          onKeyDown={onKey}
        >
          <title>{t.drawing}</title>
          {others.map((place) => (
            <DrawnPlace key={`other ${place.key}`} place={place} aspect={aspect.value} fixed />
          ))}
          {places.map((place) => (
            <DrawnPlace
              key={place.key}
              place={place}
              aspect={aspect.value}
              chosen={place.key === chosen && !locked}
              fixed={locked}
              wrong={problemKeys.has(place.key)}
              onChoose={() => onChoose(place.key)}
            />
          ))}
          {draftPlace && <DrawnPlace place={draftPlace} aspect={aspect.value} draft />}
        </svg>
      </div>
      {picture.address && picture.missing && <p class="field-hint">{t.oldStill}</p>}
      {hint !== null && <p class="field-hint">{hint}</p>}
    </div>
  )
}
