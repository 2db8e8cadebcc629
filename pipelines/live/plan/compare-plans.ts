import type { CameraPlan } from './plan-camera.ts'

/** What a changed configuration does to the cameras, by id. */
export interface CameraChanges {
  readonly attached: readonly string[]
  readonly detached: readonly string[]
  /** Detached and attached again with other settings. */
  readonly changed: readonly string[]
  /** Given other thresholds or times without losing a frame. */
  readonly retuned: readonly string[]
}

type Plans = ReadonlyMap<string, Pick<CameraPlan, 'basis'>>

/** What it takes to bring the cameras that run to those that are wanted. */
export function comparePlans(running: Plans, wanted: Plans): CameraChanges {
  const staying = [...running.keys()].filter((id) => wanted.has(id))
  const differs = (id: string, part: keyof CameraPlan['basis']) =>
    running.get(id)!.basis[part] !== wanted.get(id)!.basis[part]
  return {
    attached: [...wanted.keys()].filter((id) => !running.has(id)),
    detached: [...running.keys()].filter((id) => !wanted.has(id)),
    changed: staying.filter((id) => differs(id, 'restart')),
    retuned: staying.filter((id) => !differs(id, 'restart') && differs(id, 'retune')),
  }
}
