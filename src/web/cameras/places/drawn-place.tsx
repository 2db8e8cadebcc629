import { formatPercent } from '../../text/format.ts'
import { text } from '../text.ts'
import type { Place, Point } from './place.ts'
import { middleOf, sidesOf } from './place-geometry.ts'

const scale = 1000
const at = ([x, y]: Point): string => `${x * scale},${y * scale}`

/** A place on the picture; the one that is chosen has handles at its corners. */
export function DrawnPlace(props: {
  place: Place
  aspect: number
  chosen?: boolean
  wrong?: boolean
  /** It is of all cameras, and not changed here. */
  fixed?: boolean
  /** It is being drawn. */
  draft?: boolean
  onChoose?: () => void
}) {
  const { place, aspect, chosen = false, wrong = false, fixed = false, draft = false, onChoose } = props
  const { kind, points, name, key } = place
  const t = text.value
  const of = fixed || draft ? {} : { 'data-place': String(key) }
  const look = `place is-${kind}${chosen ? ' is-chosen' : ''}${fixed ? ' is-fixed' : ''}${wrong ? ' is-wrong' : ''}`
  const list = points.map(at).join(' ')
  const [first] = points
  return (
    <g class={look}>
      {kind === 'line' ? (
        <>
          <polyline class="place-shape" points={list} />
          <polyline
            class="place-grip"
            points={list}
            {...of}
            {...(fixed || draft
              ? {}
              : { tabindex: 0, role: 'button', 'aria-label': `${t.line} ${name}`, onFocus: onChoose })}
          />
        </>
      ) : draft ? (
        <polyline class="place-shape" points={list} />
      ) : (
        <polygon
          class="place-shape"
          points={list}
          {...of}
          {...(fixed
            ? {}
            : {
                tabindex: 0,
                role: 'button',
                'aria-label': `${kind === 'zone' ? t.zone : t.ignoreArea} ${name}`,
                onFocus: onChoose,
              })}
        />
      )}
      {kind === 'line' && points.length === 2 && <Sides place={place} aspect={aspect} />}
      {first && name !== '' && (
        <Words point={topOf(points)} aspect={aspect} className="place-name">
          {name}
        </Words>
      )}
      {draft &&
        points.map((point) => <Dot key={at(point)} point={point} aspect={aspect} className="place-dot" />)}
      {chosen &&
        kind !== 'line' &&
        points.map((point, index) => (
          <Dot
            key={`between ${index}`}
            point={middleOf(point, points[(index + 1) % points.length]!)}
            aspect={aspect}
            className="place-between"
            data={{ 'data-place': String(key), 'data-between': String(index) }}
            label={t.addCorner}
          />
        ))}
      {chosen &&
        points.map((point, index) => (
          <Dot
            key={`corner ${index}`}
            point={point}
            aspect={aspect}
            className="place-corner"
            data={{ 'data-place': String(key), 'data-point': String(index) }}
            focus
            label={t.cornerAt(index + 1, name, formatPercent(point[0], 1), formatPercent(point[1], 1))}
          />
        ))}
    </g>
  )
}

/** A round dot although the drawing is stretched over the picture. */
function Dot(props: {
  point: Point
  aspect: number
  className: string
  data?: Record<string, string>
  focus?: boolean
  label?: string
}) {
  const { point, aspect, className, data = {}, focus = false, label } = props
  const size = className === 'place-corner' ? 13 : 9
  const more = label === undefined ? {} : { role: 'button' as const, 'aria-label': label }
  return (
    <ellipse
      class={className}
      cx={point[0] * scale}
      cy={point[1] * scale}
      rx={size / Math.max(1, aspect)}
      ry={size * Math.min(1, aspect)}
      {...more}
      {...data}
      {...(focus ? { tabindex: 0 } : {})}
    />
  )
}

function Words(props: { point: Point; aspect: number; className: string; children: string }) {
  const { point, aspect, className, children } = props
  return (
    <text
      class={className}
      transform={`translate(${point[0] * scale} ${point[1] * scale}) scale(${1 / aspect} 1)`}
    >
      {children}
    </text>
  )
}

/** Both sides of a line by their names, and an arrow from → to. */
function Sides({ place, aspect }: { place: Place; aspect: number }) {
  const { left, right } = sidesOf(place, aspect)
  const [from, to] = place.points as [Point, Point]
  const [dx, dy] = [(to[0] - from[0]) * aspect, to[1] - from[1]]
  const turned = (Math.atan2(dy, dx) * 180) / Math.PI
  const middle = middleOf(from, to)
  return (
    <>
      <path
        class="place-arrow"
        d="M-14,-12 L12,0 L-14,12 Z"
        transform={`translate(${middle[0] * scale} ${middle[1] * scale}) scale(${1 / aspect} 1) rotate(${turned})`}
      />
      <Words point={left} aspect={aspect} className="place-side">
        {place.left ?? 'left'}
      </Words>
      <Words point={right} aspect={aspect} className="place-side">
        {place.right ?? 'right'}
      </Words>
    </>
  )
}

/** Where the name stands: beside the uppermost corner, within the picture. */
function topOf(points: readonly Point[]): Point {
  const [x, y] = points.reduce((top, point) => (point[1] < top[1] ? point : top))
  return [Math.min(0.92, Math.max(0.02, x)), Math.max(0.04, y - 0.015)]
}
