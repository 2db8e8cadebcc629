import { comparePlans } from '../../../pipelines/live/plan/compare-plans.ts'
import { cameraNamed, planCameras } from '../../../pipelines/look/plan-cameras.ts'
import { diffConfig, restartOf } from '../../config/diff.ts'
import { loadConfigToRead } from '../../config/load-to-read.ts'
import { redactConfig } from '../../config/redact.ts'
import { describePlan } from './describe-plan.ts'
import { effects, shownPlan } from './shown-plan.ts'

export interface PlanOptions {
  config: string
  camera?: string
  from?: string
  json?: boolean
}

/** What `vireo config plan` prints. @throws AppError as `config check`, and CAMERA_NOT_FOUND. */
export async function printPlan({ config: file, camera: id, from, json }: PlanOptions): Promise<string> {
  const config = loadConfigToRead(file)
  if (id !== undefined) cameraNamed(config, id, file)
  const { plans, models } = await planCameras(config)
  const shown = redactConfig(config).cameras.filter((camera) => id === undefined || camera.id === id)
  const cameras = shown.flatMap((camera) => {
    const plan = plans.get(camera.id)
    return plan ? [shownPlan(plan, camera, models)] : []
  })
  const paused = shown.filter((camera) => camera.paused).map((camera) => camera.id)
  const changes = from === undefined ? null : await changesOf(from, config)
  if (json) return JSON.stringify({ cameras, paused, effects, ...(changes && { changes }) })
  return [
    ...cameras.flatMap((plan) => [...describePlan(plan), '']),
    ...paused.map((name) => `camera ${name}: paused\n`),
    'a change gives a camera another pipeline:',
    ...effects.restarts.map((what) => `  ${what}`),
    'a change that a running pipeline takes without losing a frame:',
    ...[...effects.retunes, ...effects.takesOver].map((what) => `  ${what}`),
    ...(changes ? ['', `from ${from}:`, ...changeLines(changes)] : []),
  ].join('\n')
}

/** What a reload from one file to the other does. Models and the data directory stay as the process started with them. */
async function changesOf(from: string, next: ReturnType<typeof loadConfigToRead>) {
  const before = loadConfigToRead(from)
  const taken = { ...next, models: before.models, dataDir: before.dataDir }
  const [running, wanted] = [await planCameras(before), await planCameras(taken)]
  return {
    ...comparePlans(running.plans, wanted.plans),
    restart: restartOf(diffConfig(before, next)),
  }
}

function changeLines(changes: Awaited<ReturnType<typeof changesOf>>): string[] {
  const said = {
    attached: 'attached',
    detached: 'detached',
    changed: 'another pipeline',
    retuned: 'retuned',
    restart: 'needs a restart',
  }
  const lines = Object.entries(said).flatMap(([key, text]) => {
    const names = changes[key as keyof typeof changes]
    return names.length > 0 ? [`  ${text}: ${names.join(', ')}`] : []
  })
  return lines.length > 0 ? lines : ['  nothing changes']
}
