import type { Command } from 'commander'
import { checkConfig } from '../../../../pipelines/live/check-config.ts'
import type { CameraEdit } from '../../../config/edit/config-edit.ts'
import { editCamerasIn } from '../../../config/edit.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export interface EditOptions {
  config: string
  json?: boolean
}

/** Edits the file; a running Vireo follows it by itself. */
export async function editCameras(change: CameraEdit, { config, json }: EditOptions): Promise<void> {
  const id = change.kind === 'add' ? change.camera.id : change.id
  await editCamerasIn(config, change, { check: checkConfig })
  printLine(
    json
      ? JSON.stringify({ ok: true, change: change.kind, camera: id, file: config })
      : `${config}: ${change.kind} ${id}`,
  )
}

/** A command that names a camera and says no more of it. */
export function editOne(command: Command, kind: 'remove' | 'pause' | 'resume'): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action((id: string, options: EditOptions) => editCameras({ kind, id }, options))
}
