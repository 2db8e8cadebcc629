import type { BehavioursConfig, Condition } from '../schema/behaviour-schema.ts'
import { nearNames } from './near-names.ts'

export interface BehaviourProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}
type Named = Pick<BehavioursConfig, 'zones' | 'lines' | 'rules'>
type Report = (path: readonly (string | number)[], message: string) => void

/**
 * What is wrong between the parts: names used twice, rules that refer to zones, lines or sides that do not exist,
 * conditions of tracks where there is none. `labels` and `actions` (of the detector and the models) are checked
 * where they are given.
 */
export function referenceProblems(
  config: Named,
  known: { labels?: readonly string[]; actions?: readonly string[] } = {},
): BehaviourProblem[] {
  const problems: BehaviourProblem[] = []
  const report: Report = (path, message) => problems.push({ path, message })
  const isKnown = (kind: string, name: string, list: readonly string[] | undefined, path: Path) => {
    if (!list || list.includes(name)) return
    const unique = [...new Set(list)]
    report(
      path,
      `there is no ${kind} "${name}"; ${unique.length > 0 ? nearNames(name, unique) : `no ${kind} is configured`}`,
    )
  }
  const perCamera = (list: readonly { name: string; cameras?: string[] }[], field: string) =>
    list.forEach((one, at) => {
      const twin = list.slice(0, at).find((other) => other.name === one.name && sharesCamera(one, other))
      if (twin) report([field, at, 'name'], `"${one.name}" is already used on the same camera`)
    })
  perCamera(config.zones, 'zones')
  perCamera(config.lines, 'lines')
  config.rules.forEach((rule, at) => {
    if (config.rules.findIndex((other) => other.name === rule.name) < at)
      report(['rules', at, 'name'], `"${rule.name}" is already used; names must be unique`)
  })

  const zones = config.zones.map((zone) => zone.name)
  const lines = config.lines.map((line) => line.name)
  const labelsKnown = (value: string | readonly string[] | undefined, path: Path) => {
    for (const label of listOf(value)) isKnown('label', label, known.labels, path)
  }
  const visit = (condition: Condition, path: Path): void => {
    for (const name of ['all', 'any', 'then'] as const)
      condition[name]?.forEach((inner, at) => {
        visit(inner, [...path, name, at])
      })
    if (condition.not) visit(condition.not, [...path, 'not'])
    labelsKnown(condition.label, [...path, 'label'])
    for (const name of listOf(condition.inZone)) isKnown('zone', name, zones, [...path, 'inZone'])
    if (condition.crosses) {
      const { line: name, to } = condition.crosses
      isKnown('line', name, lines, [...path, 'crosses', 'line'])
      const sides = config.lines
        .filter((line) => line.name === name)
        .flatMap((line) => [line.left, line.right])
      if (to !== undefined && sides.length > 0)
        isKnown(`side of line "${name}" called`, to, sides, [...path, 'crosses', 'to'])
    }
    if (condition.near) {
      labelsKnown(condition.near.label, [...path, 'near', 'label'])
      if (condition.near.that) ofTracks(condition.near.that, [...path, 'near', 'that'])
    }
    if (condition.ownerAway) labelsKnown(condition.ownerAway.owner, [...path, 'ownerAway', 'owner'])
    if (condition.action)
      isKnown('action label', condition.action.label, known.actions, [...path, 'action', 'label'])
    if (condition.count) ofTracks(condition.count.of, [...path, 'count', 'of'])
  }
  const ofTracks = (condition: Condition, path: Path) => {
    if (!aboutTracks(condition)) report(path, 'needs a condition about a track, such as label or inZone')
    visit(condition, path)
  }
  config.rules.forEach((rule, at) => {
    if (rule.when) visit(rule.when, ['rules', at, 'when'])
    const { zone, line } = rule.with ?? {}
    for (const name of listOf(zone as string | undefined))
      isKnown('zone', name, zones, ['rules', at, 'with', 'zone'])
    for (const name of listOf(line as string | undefined))
      isKnown('line', name, lines, ['rules', at, 'with', 'line'])
  })
  return problems
}

type Path = readonly (string | number)[]

/** Whether a condition is about one track (then its rule looks at every track) or about the whole scene. */
export function aboutTracks(condition: Condition): boolean {
  const inner = [...(condition.all ?? []), ...(condition.any ?? []), ...(condition.then ?? [])]
  if (condition.not) inner.push(condition.not)
  if (inner.length > 0) return inner.some(aboutTracks)
  if (condition.action) return condition.action.of !== 'scene'
  return condition.count === undefined && condition.anomaly === undefined && condition.time === undefined
}

/** Where a condition, or one inside it, asks for a posture. */
export function posturePaths(condition: Condition, path: Path = []): Path[] {
  const lists = (['all', 'any', 'then'] as const).flatMap((name) =>
    (condition[name] ?? []).flatMap((inner, at) => posturePaths(inner, [...path, name, at])),
  )
  const { not, near, count, posture } = condition
  return [
    ...(posture === undefined ? [] : [[...path, 'posture']]),
    ...lists,
    ...(not ? posturePaths(not, [...path, 'not']) : []),
    ...(near?.that ? posturePaths(near.that, [...path, 'near', 'that']) : []),
    ...(count ? posturePaths(count.of, [...path, 'count', 'of']) : []),
  ]
}

export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as T]
}

function sharesCamera(a: { cameras?: string[] }, b: { cameras?: string[] }): boolean {
  return !a.cameras || !b.cameras || a.cameras.some((camera) => b.cameras!.includes(camera))
}
