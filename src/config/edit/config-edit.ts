export type CameraFields = Readonly<Record<string, unknown>>

/** A change of one camera. */
export type CameraEdit =
  | { readonly kind: 'add'; readonly camera: CameraFields & { readonly id: string } }
  /** A merge patch (RFC 7396): null takes a field away, objects are merged, all else replaces. */
  | { readonly kind: 'change'; readonly id: string; readonly patch: CameraFields }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'pause' | 'resume'; readonly id: string }

/** A change of one rule of behaviours: its fields without the name, all of them; null takes it away. */
export interface RuleEdit {
  readonly kind: 'rule'
  readonly name: string
  readonly rule: Readonly<Record<string, unknown>> | null
}

/** A change of the schedule of all cameras; null takes a part away. */
export interface ScheduleEdit {
  readonly kind: 'schedule'
  readonly schedule: Readonly<Record<string, unknown>>
}

export type ConfigEdit = CameraEdit | RuleEdit | ScheduleEdit

/** The camera that an edit is about; null for one of rules and schedules. */
export function cameraOfEdit(edit: ConfigEdit): string | null {
  if (edit.kind === 'rule' || edit.kind === 'schedule') return null
  return edit.kind === 'add' ? edit.camera.id : edit.id
}
