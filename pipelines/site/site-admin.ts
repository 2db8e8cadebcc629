import { readConfigText } from '../../src/config/load.ts'
import { redactConfig } from '../../src/config/redact.ts'
import type { Config } from '../../src/config/schema.ts'
import { AppError } from '../../src/core/errors.ts'
import type { CameraChange, SitePort } from '../../src/http/site-port.ts'
import { type ConfigEditOptions, createConfigEdits } from './config-edits.ts'
import { createConfigReader } from './config-thread.ts'
import { diffOfText } from './site-diff.ts'

export interface SiteAdminOptions extends Omit<ConfigEditOptions, 'file' | 'allowVariables'> {
  /** The file that is edited and compared; null: this process has none. */
  readonly file: string | null
  /** The configuration that runs, and the one that the process was started with. */
  readonly running: () => Config
  readonly started: Config
  readonly cameraOf: (id: string) => CameraChange['camera']
}

/** Changes of the configuration while it runs: in the file, and from there taken over. One after the other. */
export function createSiteAdmin(
  options: SiteAdminOptions,
): Pick<SitePort, 'editCamera' | 'previewEdits' | 'applyEdits' | 'config' | 'diff'> {
  const { file, env, running, started, cameraOf } = options
  const readInThread = createConfigReader()

  const fileOf = (): string => {
    if (file !== null) return file
    throw new AppError('API_BAD_REQUEST', 'this Vireo was started without a configuration file')
  }
  const edits = createConfigEdits({
    ...options,
    file: fileOf,
    allowVariables: started.http.allowVariables,
  })

  return {
    previewEdits: edits.preview,
    applyEdits: edits.apply,
    async editCamera(change) {
      const { basedOn: _hash, ...changes } = await edits.apply({ edits: [change] })
      const id = change.kind === 'add' ? change.camera.id : change.id
      return { camera: change.kind === 'remove' ? null : cameraOf(id), ...changes }
    },
    config: () => redactConfig(running()),
    async diff(given) {
      const known = { env: { ...env() }, running: running(), started }
      if (given === null) return diffOfText({ ...known, text: readConfigText(fileOf()), file: fileOf() })
      const fileText = file === null ? '' : readConfigText(file)
      const plan = { ...known, text: given, file: 'body', fileText }
      return (await readInThread({ kind: 'diff', plan }))!
    },
  }
}
