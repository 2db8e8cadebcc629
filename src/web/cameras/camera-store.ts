import { signal } from '@preact/signals'
import type { paths } from '../api/api-types.ts'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import { onEvent } from '../api/events.ts'
import { mayDo } from '../api/standing.ts'
import type { CameraSettings } from './camera-fields.ts'
import type { CameraPlaces } from './places/place.ts'
import type { Presets, Rule } from './rules/rule.ts'
import { dropUnsavedOfOthers } from './unsaved.ts'

type Listed =
  paths['/api/v1/cameras']['get']['responses'][200]['content']['application/json']['cameras'][number]
export type Camera = Omit<Listed, 'config'> & {
  readonly config: CameraSettings & CameraPlaces & Readonly<Record<string, unknown>>
}

/** What of the running configuration the page needs beside the cameras. */
export interface SiteConfig {
  /** Whether it was given: who sees some cameras only gets no configuration of all, and changes nothing. */
  readonly known: boolean
  readonly models: readonly { readonly name: string }[]
  readonly recording: { readonly continuous: boolean; readonly clips: boolean; readonly keepDays: number }
  readonly behaviours: CameraPlacesOfAll & {
    readonly rules: readonly Rule[]
    readonly timeZone: string
  }
  readonly alerts: { readonly rules: readonly ModelRule[] }
}
/** A rule of alerts.rules: what a score of a model becomes. */
export interface ModelRule {
  readonly name: string
  readonly label: string
  readonly model?: string
  readonly cameras?: readonly string[]
  readonly enabled: boolean
  readonly severity?: 'info' | 'warning' | 'critical'
}
const unknownSite: SiteConfig = {
  known: false,
  models: [],
  recording: { continuous: false, clips: false, keepDays: 0 },
  behaviours: { rules: [], timeZone: '' },
  alerts: { rules: [] },
}
interface CameraPlacesOfAll {
  readonly zones?: readonly (NonNullable<CameraPlaces['zones']>[number] & {
    readonly cameras?: readonly string[]
  })[]
  readonly lines?: readonly (NonNullable<CameraPlaces['lines']>[number] & {
    readonly cameras?: readonly string[]
  })[]
}

export const cameras = signal<readonly Camera[] | null>(null)
export const site = signal<SiteConfig | null>(null)
export const presets = signal<Presets | null>(null)
export const problem = signal<ApiProblem | null>(null)

/** Gets cameras, the configuration and the presets as they are now. */
export async function load(): Promise<void> {
  try {
    const [list, config, known] = await Promise.all([
      dataOf(api.GET('/api/v1/cameras')),
      dataOf(api.GET('/api/v1/config')).catch(unlessForbidden),
      presets.value ?? dataOf(api.GET('/api/v1/presets')),
    ])
    cameras.value = list.cameras as unknown as readonly Camera[]
    site.value = config ? { ...(config as unknown as SiteConfig), known: true } : unknownSite
    presets.value = known
    dropUnsavedOfOthers(list.cameras.map(({ id }) => id))
    problem.value = null
  } catch (thrown) {
    problem.value = problemOf(thrown)
  }
}

const unlessForbidden = (thrown: unknown): null => {
  if (problemOf(thrown).code === 'API_FORBIDDEN') return null
  throw thrown
}

/** Whether cameras, places and rules may be changed by who looks: by admins who see all. */
export const mayEdit = (): boolean => mayDo('admin') && (site.value?.known ?? false)

/** Follows states and changes of the configuration as they happen. Returns what ends it. */
export function follow(): () => void {
  const ends = [
    onEvent('status', (data) => {
      const now = data as Omit<Camera, 'config'>
      cameras.value =
        cameras.value?.map((camera) => (camera.id === now.id ? { ...camera, ...now } : camera)) ?? null
    }),
    onEvent('config', () => void load()),
    onEvent('reset', () => void load()),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** Pauses, resumes, mutes or unmutes a camera. @throws ApiProblem */
export async function command(
  id: string,
  what: 'pause' | 'resume' | 'unmute' | { readonly muteMinutes: number },
): Promise<void> {
  const params = { params: { path: { id } } }
  if (typeof what === 'object')
    await dataOf(api.POST('/api/v1/cameras/{id}/mute', { ...params, body: { minutes: what.muteMinutes } }))
  else if (what === 'pause') await dataOf(api.POST('/api/v1/cameras/{id}/pause', params))
  else if (what === 'resume') await dataOf(api.POST('/api/v1/cameras/{id}/resume', params))
  else await dataOf(api.POST('/api/v1/cameras/{id}/unmute', params))
  await load()
}

/** All groups that cameras name, in order. */
export const groupNames = (list: readonly Camera[]): readonly string[] =>
  [...new Set(list.flatMap(({ config }) => config.groups ?? []))].sort()
