import type { CameraForm } from '../camera-fields.ts'

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/**
 * What is typed here, on what somebody else saved meanwhile: a field that was changed here stays, all others are as
 * they were saved. `others` names the fields that somebody else changed to something else than what is shown; none where nothing was
 * changed here.
 */
export function mergeForm(of: { before: CameraForm; now: CameraForm; saved: CameraForm }): {
  readonly now: CameraForm
  readonly others: readonly (keyof CameraForm)[]
} {
  const { before, now, saved } = of
  const fields = Object.keys(saved) as (keyof CameraForm)[]
  const mine = fields.filter((field) => !same(now[field], before[field]))
  const kept = Object.fromEntries(mine.map((field) => [field, now[field]]))
  return {
    now: { ...saved, ...kept } as CameraForm,
    others:
      mine.length === 0
        ? []
        : fields.filter((field) => !same(saved[field], before[field]) && !same(saved[field], now[field])),
  }
}
