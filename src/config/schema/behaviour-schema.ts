import { z } from 'zod'
import { type PostureName, postures } from '../../core/pose.ts'
import { nearNames } from '../check/near-names.ts'

/** What every level of a condition may have besides its own name. */
interface Modifiers {
  readonly for?: string
  readonly gap?: string
  readonly within?: string
}

export interface Limits {
  readonly above?: number
  readonly below?: number
  readonly until?: number
}

/** One condition of the rule language: exactly one of the optional keys besides the modifiers. */
export interface Condition extends Modifiers {
  readonly all?: readonly Condition[]
  readonly any?: readonly Condition[]
  readonly not?: Condition
  readonly then?: readonly Condition[]
  readonly label?: string | readonly string[]
  readonly inZone?: string | readonly string[]
  readonly crosses?: { readonly line: string; readonly to?: string }
  readonly speed?: Limits
  readonly aspect?: Limits
  readonly moves?: {
    readonly toward?: Direction
    readonly against?: Direction
    readonly tolerance?: number
    readonly above?: number
  }
  readonly still?: { readonly radius: number }
  readonly lost?: 'inside' | 'anywhere'
  readonly near?: {
    readonly label?: string | readonly string[]
    readonly distance: number
    readonly that?: Condition
  }
  readonly ownerAway?: { readonly owner: string; readonly distance: number; readonly reach?: number }
  readonly action?: Limits & {
    readonly label: string
    readonly of?: 'track' | 'scene' | 'either'
    readonly fresh?: string
  }
  readonly posture?: PostureName | readonly PostureName[]
  readonly count?: { readonly of: Condition; readonly atLeast?: number; readonly atMost?: number }
  readonly anomaly?: Limits & { readonly fresh?: string }
  readonly time?: TimeWindow
}

export type Direction = 'left' | 'right' | 'up' | 'down' | readonly [number, number]
export type Weekday = (typeof weekdays)[number]
export interface TimeWindow {
  readonly days?: readonly Weekday[]
  readonly from?: string
  readonly to?: string
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const conditionNames = [
  ...['all', 'any', 'not', 'then', 'label', 'inZone', 'crosses', 'speed', 'aspect', 'moves', 'still'],
  ...['lost', 'near', 'ownerAway', 'action', 'posture', 'count', 'anomaly', 'time'],
] as const

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** "1.5s" as milliseconds; units ms, s, m, h. The schema refuses what this cannot read. */
export function durationMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  return Number(number) * (unitMs[unit ?? ''] ?? Number.NaN)
}

/** A strict object that names the key that it does not know and the ones that it does. */
function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      const known = Object.keys(shape)
      const wrong = (issue as unknown as { keys: string[] }).keys
      return wrong.map((key) => `unknown key "${key}"; ${nearNames(key, known)}`).join('; ')
    },
  })
}

const duration = z
  .string({ error: 'a duration with its unit, such as 500ms, 10s, 5m or 1h' })
  .refine((text) => durationMs(text) <= 24 * unitMs.h!, {
    error: 'a duration with its unit, such as 500ms, 10s, 5m or 1h, at most 24h',
  })
const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a slug: lower-case letters, digits and hyphens, at most 63')
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(64)], {
  error: 'a name or a list of names',
})
const bounds = {
  above: z.number().exactOptional(),
  below: z.number().exactOptional(),
  until: z.number().exactOptional(),
}
const oneLimit = (limits: Limits) => (limits.above === undefined) !== (limits.below === undefined)
/** A misspelt key is told alone, not also as a missing one. */
const aloneOnly = { when: (payload: { issues: readonly unknown[] }) => payload.issues.length === 0 }
const posture = z.enum(postures)
const limitMessage = { error: 'needs either above or below', ...aloneOnly }
const rightUntil = (limits: Limits) =>
  limits.until === undefined ||
  (limits.above === undefined ? limits.until >= limits.below! : limits.until <= limits.above)
const untilMessage = { error: 'until must be at most above, or at least below', ...aloneOnly }
const limits = strict(bounds).refine(oneLimit, limitMessage).refine(rightUntil, untilMessage)
const direction = z.union([z.enum(['left', 'right', 'up', 'down']), z.tuple([z.number(), z.number()])], {
  error: 'left, right, up, down or [x, y] with y pointing down',
})
const clockTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day such as "22:00"')
const timeWindow = strict({
  days: z.array(z.enum(weekdays)).min(1).exactOptional().describe('mon … sun; absent: every day.'),
  from: clockTime.exactOptional().describe('Begin of the window; absent: 00:00.'),
  to: clockTime
    .exactOptional()
    .describe('End of the window, itself outside; absent: 24:00. Before `from`: next day.'),
})

export const conditionSchema: z.ZodType<Condition> = z
  .lazy(() => {
    const list = z.array(conditionSchema).min(1).max(32).exactOptional()
    return strict({
      all: list,
      any: list,
      not: conditionSchema.exactOptional(),
      // biome-ignore lint/suspicious/noThenProperty: the language has a key of this name; its value is no function
      then: z.array(conditionSchema).min(2).max(8).exactOptional(),
      label: names.exactOptional(),
      inZone: names.exactOptional(),
      crosses: strict({ line: z.string(), to: z.string().exactOptional() }).exactOptional(),
      speed: limits.exactOptional(),
      aspect: limits.exactOptional(),
      moves: strict({
        toward: direction.exactOptional(),
        against: direction.exactOptional(),
        tolerance: z.number().positive().max(180).exactOptional(),
        above: z.number().positive().exactOptional(),
      })
        .refine((at) => (at.toward === undefined) !== (at.against === undefined), {
          error: 'needs either toward or against',
        })
        .exactOptional(),
      still: strict({ radius: z.number().positive().max(10) }).exactOptional(),
      lost: z.enum(['inside', 'anywhere']).exactOptional(),
      near: strict({
        label: names.exactOptional(),
        distance: z.number().positive(),
        that: conditionSchema.exactOptional(),
      }).exactOptional(),
      ownerAway: strict({
        owner: z.string().min(1),
        distance: z.number().positive(),
        reach: z.number().positive().exactOptional(),
      }).exactOptional(),
      action: strict({
        label: z.string().min(1),
        of: z.enum(['track', 'scene', 'either']).exactOptional(),
        ...bounds,
        fresh: duration.exactOptional(),
      })
        .refine(oneLimit, limitMessage)
        .refine(rightUntil, untilMessage)
        .exactOptional(),
      posture: z
        .union([posture, z.array(posture).min(1).max(postures.length)], {
          error: `one or a list of ${postures.join(', ')}`,
        })
        .exactOptional(),
      count: strict({
        of: conditionSchema,
        atLeast: z.int().min(0).exactOptional(),
        atMost: z.int().min(0).exactOptional(),
      })
        .refine((at) => at.atLeast !== undefined || at.atMost !== undefined, {
          error: 'needs atLeast or atMost',
        })
        .exactOptional(),
      anomaly: strict({ ...bounds, fresh: duration.exactOptional() })
        .refine(oneLimit, limitMessage)
        .refine(rightUntil, untilMessage)
        .exactOptional(),
      time: timeWindow.exactOptional(),
      for: duration.exactOptional(),
      gap: duration.exactOptional(),
      within: duration.exactOptional(),
    })
  })
  .superRefine((value, context) => {
    const condition = value as Condition
    const said = conditionNames.filter((name) => condition[name as keyof Condition] !== undefined)
    const issue = (message: string) => context.addIssue({ code: 'custom', message })
    if (said.length === 0 && context.issues.length === 0)
      issue(`a condition needs one of: ${conditionNames.join(', ')}`)
    if (said.length > 1) issue(`has ${said.join(' and ')}; a condition has one: put them in a list under all`)
    if (condition.gap !== undefined && condition.for === undefined) issue('gap has a meaning only with for')
  })
  .meta({ id: 'BehaviourCondition' }) as z.ZodType<Condition>

const point = z
  .tuple([z.number().min(0).max(1), z.number().min(0).max(1)], { error: 'a point [x, y]' })
  .describe('[x, y] as shares of the picture, 0–1; y points down.')
const cameras = z.array(z.string()).min(1).exactOptional()
const armed = z.array(timeWindow).min(1).exactOptional()

const zoneShape = {
  name: slug.describe('Name that rules refer to. A slug.'),
  points: z
    .array(point)
    .min(3)
    .max(64)
    .refine((points) => !crossesItself(points), { error: 'the edges of a zone must not cross each other' })
    .describe('The polygon. Closed by itself.'),
}
const lineShape = {
  name: slug.describe('Name that rules refer to. A slug.'),
  from: point,
  to: point,
  left: slug.default('left').describe('Name of the side to the left of someone who walks from → to.'),
  right: slug.default('right').describe('Name of the side to the right.'),
}
const itsCameras = { cameras: cameras.describe('Cameras that have it. Absent: all.') }

function asLine<Schema extends z.ZodType<{ from: Point; to: Point; left: string; right: string }>>(
  schema: Schema,
) {
  return schema
    .refine((line) => line.left !== line.right, { error: 'the sides need two names', path: ['right'] })
    .refine((line) => line.from[0] !== line.to[0] || line.from[1] !== line.to[1], {
      error: 'from and to are the same point',
      path: ['to'],
    })
}

export const zoneSchema = strict({ ...zoneShape, ...itsCameras })
export const lineSchema = asLine(strict({ ...lineShape, ...itsCameras }))

/** What a camera says itself about its behaviours. */
export const cameraBehaviourFields = {
  zones: z
    .array(strict(zoneShape))
    .max(100)
    .exactOptional()
    .describe('Polygons in its picture. See docs/rules.md.'),
  lines: z
    .array(asLine(strict(lineShape)))
    .max(100)
    .exactOptional()
    .describe('Lines with two sides in its picture.'),
  ignore: z
    .array(strict(zoneShape))
    .max(100)
    .exactOptional()
    .describe('Polygons in which nothing counts: what moves there, and who stands there. See docs/rules.md.'),
  armed: armed.describe('Alerts of this camera only in these windows. Absent: as for all.'),
  disarmed: armed.describe('No alerts of this camera in these windows.'),
}

const parameter = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])

export const behaviourRuleSchema = strict({
  name: slug.describe('Name of the rule in findings. A slug.'),
  enabled: z.boolean().default(true).describe('Off: it finds nothing.'),
  cameras: cameras.describe('Only these cameras. Absent: all that have its zones and lines.'),
  preset: z.string().exactOptional().describe('A ready rule of docs/rules.md instead of `when`.'),
  with: z.record(z.string(), parameter).exactOptional().describe('Parameters of the preset.'),
  when: conditionSchema.exactOptional().describe('The condition.'),
  severity: z.enum(['info', 'warning', 'critical']).exactOptional().describe('Default warning.'),
  hold: duration.exactOptional().describe('So long a lost track still counts, at its last box. Default 2s.'),
  clear: duration
    .exactOptional()
    .describe('A finding ends when its condition was false so long. Default 2s.'),
  cooldown: duration.exactOptional().describe('Least time between two findings of one track. Default 30s.'),
  group: z
    .enum(['zone', 'track'])
    .exactOptional()
    .describe('One finding at a time for each zone (default), or one for each track.'),
  parked: duration
    .exactOptional()
    .describe('So long a still object that was found is remembered, to be found once only. Default 30m.'),
  armed: armed.describe('Only in these windows. Absent: always.'),
  disarmed: armed.describe('Never in these windows.'),
})
  .refine((rule) => (rule.when === undefined) !== (rule.preset === undefined), {
    error: 'a rule has either when or preset',
  })
  .refine((rule) => rule.with === undefined || rule.preset !== undefined, {
    error: 'with has a meaning only with preset',
    path: ['with'],
  })

export const behavioursShape = strict({
  timeZone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, { error: 'an IANA time zone such as Europe/Berlin' })
    .describe('IANA time zone of times of day.'),
  zones: z.array(zoneSchema).max(500).default([]).describe('Polygons in the picture.'),
  lines: z.array(lineSchema).max(500).default([]).describe('Lines with two sides in the picture.'),
  rules: z
    .array(behaviourRuleSchema)
    .max(200)
    .default([])
    .describe('What is to be found. See docs/rules.md.'),
  armed: armed.describe('All rules only in these windows. Absent: always.'),
  disarmed: armed.describe('No rule in these windows.'),
})

export type Zone = z.infer<typeof zoneSchema>
export type Line = z.infer<typeof lineSchema>
export type BehaviourRule = z.infer<typeof behaviourRuleSchema>
export type BehavioursConfig = z.infer<typeof behavioursShape>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

type Point = readonly [number, number]

function crossesItself(points: readonly Point[]): boolean {
  const side = (a: Point, b: Point, c: Point) =>
    Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
  const edges = points.map((from, at) => ({ from, to: points[(at + 1) % points.length]! }))
  return edges.some((a, at) =>
    edges.some((b, other) => {
      if (other <= at + 1 || (at === 0 && other === edges.length - 1)) return false
      return (
        side(a.from, a.to, b.from) * side(a.from, a.to, b.to) < 0 &&
        side(b.from, b.to, a.from) * side(b.from, b.to, a.to) < 0
      )
    }),
  )
}
