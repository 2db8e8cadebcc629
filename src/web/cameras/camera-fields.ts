/** What the form of a camera's settings holds: texts and choices as people make them. */
export interface CameraForm {
  readonly groups: string
  /** Empty: stays as it is. */
  readonly url: string
  readonly mainUrl: string
  readonly user: string
  readonly password: string
  readonly transport: 'tcp' | 'udp'
  /** Null: all models. */
  readonly models: readonly string[] | null
  /** Empty: the first detector, or else motion. */
  readonly detector: string
  readonly detectFps: string
  readonly motion: boolean
  /** Empty: as for all. */
  readonly continuous: '' | 'true' | 'false'
  readonly clips: '' | 'true' | 'false'
  readonly keepDays: string
  readonly keepSegmentsDays: string
  readonly maxMb: string
  readonly armed: readonly Window[] | null
  readonly disarmed: readonly Window[] | null
}

/** A part of the week. */
export interface Window {
  readonly days?: readonly string[]
  readonly from?: string
  readonly to?: string
}

/** What a form reads of a camera's configuration. */
export interface CameraSettings {
  readonly id: string
  readonly url: string
  readonly mainUrl?: string
  readonly groups?: readonly string[]
  readonly transport?: 'tcp' | 'udp'
  readonly models?: readonly string[]
  readonly detector?: string
  readonly detectFps?: number
  readonly motion?: { readonly enabled?: boolean }
  readonly recording?: Readonly<Record<string, unknown>>
  readonly armed?: readonly Window[]
  readonly disarmed?: readonly Window[]
}

const text = (value: unknown) => (value === undefined ? '' : String(value))

/** The form of a camera as it is now. */
export function formOf(camera: CameraSettings): CameraForm {
  const recording = camera.recording ?? {}
  const flag = (value: unknown) => (value === undefined ? '' : value === true ? 'true' : 'false')
  return {
    groups: (camera.groups ?? []).join(', '),
    url: '',
    mainUrl: '',
    user: '',
    password: '',
    transport: camera.transport ?? 'tcp',
    models: camera.models ?? null,
    detector: camera.detector ?? '',
    detectFps: text(camera.detectFps),
    motion: camera.motion?.enabled ?? true,
    continuous: flag(recording.continuous),
    clips: flag(recording.clips),
    keepDays: text(recording.keepDays),
    keepSegmentsDays: text(recording.keepSegmentsDays),
    maxMb: text(recording.maxMb),
    armed: camera.armed ?? null,
    disarmed: camera.disarmed ?? null,
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Names of groups as they were typed: slugs with commas between. */
export function groupsOf(typed: string): readonly string[] {
  return [
    ...new Set(
      typed
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((name) => name.toLowerCase()),
    ),
  ]
}

/** Only what differs between two forms, as a merge patch; null takes a field away. */
export function patchOf(before: CameraForm, after: CameraForm): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  const put = <K extends keyof CameraForm>(field: K, value: () => unknown, name: string = field) => {
    if (!same(before[field], after[field])) patch[name] = value()
  }
  const numberOrNull = (typed: string) => (typed.trim() === '' ? null : Number(typed))
  put('groups', () => (groupsOf(after.groups).length === 0 ? null : groupsOf(after.groups)))
  put('url', () => after.url.trim())
  put('mainUrl', () => after.mainUrl.trim())
  put('transport', () => (after.transport === 'tcp' ? null : after.transport))
  put('models', () => after.models)
  put('detector', () => after.detector || null)
  put('detectFps', () => numberOrNull(after.detectFps))
  put('motion', () => ({ enabled: after.motion ? null : false }))
  put('armed', () => after.armed)
  put('disarmed', () => after.disarmed)
  const recording: Record<string, unknown> = {}
  for (const field of ['continuous', 'clips'] as const)
    if (before[field] !== after[field])
      recording[field] = after[field] === '' ? null : after[field] === 'true'
  for (const field of ['keepDays', 'keepSegmentsDays', 'maxMb'] as const)
    if (before[field] !== after[field]) recording[field] = numberOrNull(after[field])
  return { ...patch, ...(Object.keys(recording).length === 0 ? {} : { recording }) }
}

/** Whether a text can be the name of a camera, place or rule in the configuration. */
export const isSlug = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text)

/** A slug of what somebody typed, as the id of a camera; not shortened: what is too long is told. */
export function slugOf(typed: string): string {
  return typed
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** An address without its login, and the login where it has one: passwords belong into their own field. */
export function splitLogin(address: string): { url: string; user: string; password: string } {
  const [, scheme, rest] = /^([a-z]+:\/\/)(.*)$/is.exec(address.trim()) ?? []
  const at = rest?.lastIndexOf('@') ?? -1
  if (scheme === undefined || rest === undefined || at < 0)
    return { url: address.trim(), user: '', password: '' }
  const login = rest.slice(0, at)
  const colon = login.indexOf(':')
  const part = (given: string) => {
    try {
      return decodeURIComponent(given)
    } catch {
      return given
    }
  }
  return {
    url: scheme + rest.slice(at + 1),
    user: part(colon < 0 ? login : login.slice(0, colon)),
    password: colon < 0 ? '' : part(login.slice(colon + 1)),
  }
}
