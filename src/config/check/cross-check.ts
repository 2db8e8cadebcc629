import type { z } from 'zod'
import { allPlaces } from '../camera-behaviours.ts'
import { checkFusions } from '../schema/alerts-schema.ts'
import { checkHttp } from '../schema/http-schema.ts'
import { checkModelSources } from '../schema/models-schema.ts'
import type { configShape } from '../schema.ts'
import { referenceProblems } from './behaviour-references.ts'

type Shape = z.infer<typeof configShape>
type Path = (string | number)[]
const mostNames = 1000

/** Checks across fields: names are unique, references exist, thresholds are in order. */
export function crossCheck(config: Shape, context: z.RefinementCtx): void {
  // Comparing each with all others is for lists of the length that the schema takes.
  if (config.cameras.length > mostNames || config.models.length > mostNames) return
  const issue = (path: Path, message: string) => context.addIssue({ code: 'custom', path, message })
  const cameras = config.cameras.map((camera) => camera.id)
  const models = config.models.map((model) => model.name)
  const rules = config.alerts.rules.map((rule) => rule.name)

  const unique = (names: string[], pathOf: (index: number) => Path) => {
    const seen = new Set<string>()
    names.forEach((name, index) => {
      if (seen.has(name)) issue(pathOf(index), `"${name}" is already used; names must be unique`)
      seen.add(name)
    })
  }
  unique(cameras, (index) => ['cameras', index, 'id'])
  unique(models, (index) => ['models', index, 'name'])
  checkModelSources(config.models, issue)
  unique(
    config.webhooks.map(({ name }) => name),
    (index) => ['webhooks', index, 'name'],
  )
  checkHttp(config.http, cameras, issue)
  if (config.recording.enoughFreeMb < config.recording.lowFreeMb)
    issue(['recording', 'enoughFreeMb'], `must be at least lowFreeMb (${config.recording.lowFreeMb})`)
  const forgottenAfterHours = config.events.keepDays * 24
  const tooLate = (hours = 0) => hours >= forgottenAfterHours
  const tierMessage = `must be less than events.keepDays (${config.events.keepDays} days): after that nothing says where events were`
  if (tooLate(config.recording.tierAfterHours)) issue(['recording', 'tierAfterHours'], tierMessage)
  config.cameras.forEach(({ recording }, at) => {
    if (tooLate(recording?.tierAfterHours)) issue(['cameras', at, 'recording', 'tierAfterHours'], tierMessage)
  })
  unique(rules, (index) => ['alerts', 'rules', index, 'name'])

  const known = (name: string, names: string[], reference: { kind: string; path: Path }) => {
    if (names.includes(name)) return
    const accepted = names.length > 0 ? `accepted: ${names.join(', ')}` : `no ${reference.kind} is configured`
    issue(reference.path, `there is no ${reference.kind} "${name}"; ${accepted}`)
  }
  config.cameras.forEach((camera, at) => {
    camera.models?.forEach((name, index) => {
      known(name, models, { kind: 'model', path: ['cameras', at, 'models', index] })
    })
  })
  const knownModel = (name: string | undefined, words: readonly string[], path: Path) => {
    if (name !== undefined && !words.includes(name)) known(name, models, { kind: 'model', path })
  }
  config.cameras.forEach(({ detector, pose }, at) => {
    knownModel(detector, ['motion', 'none'], ['cameras', at, 'detector'])
    knownModel(pose?.model, ['none'], ['cameras', at, 'pose', 'model'])
  })
  const places = allPlaces(config)
  for (const { path, message } of referenceProblems({ ...places, rules: config.behaviours.rules }))
    issue([...places.pathOf(path)], message)
  for (const field of ['zones', 'lines', 'rules'] as const)
    config.behaviours[field].forEach((one, at) => {
      one.cameras?.forEach((name, index) => {
        known(name, cameras, { kind: 'camera', path: ['behaviours', field, at, 'cameras', index] })
      })
    })
  checkFusions(config.alerts.fusion, models, issue)
  const { defaults } = config.alerts
  if ((defaults.offThreshold ?? 0) > (defaults.onThreshold ?? 1))
    issue(['alerts', 'defaults', 'offThreshold'], `must be at most onThreshold (${defaults.onThreshold})`)
  config.alerts.rules.forEach((rule, at) => {
    const path: Path = ['alerts', 'rules', at]
    if (rule.model !== undefined) known(rule.model, models, { kind: 'model', path: [...path, 'model'] })
    rule.cameras?.forEach((name, index) => {
      known(name, cameras, { kind: 'camera', path: [...path, 'cameras', index] })
    })
    const on = rule.onThreshold ?? defaults.onThreshold ?? 1
    const off = rule.offThreshold ?? defaults.offThreshold ?? 0
    const field = rule.offThreshold === undefined ? 'onThreshold' : 'offThreshold'
    if (off > on) issue([...path, field], `offThreshold (${off}) must be at most onThreshold (${on})`)
  })
}
