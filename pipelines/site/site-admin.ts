import { type CameraEdit, editCameras, writeConfigText } from '../../src/config/edit.ts'
import { readConfigText } from '../../src/config/load.ts'
import { redactConfig } from '../../src/config/redact.ts'
import type { Config } from '../../src/config/schema.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { CameraChange, SitePort } from '../../src/http/site-port.ts'
import type { CameraChanges } from '../live/plan/compare-plans.ts'
import { createConfigReader, isLong } from './config-thread.ts'
import { diffOfText } from './site-diff.ts'

export interface SiteAdminOptions {
  /** The file that is edited and compared; null: this process has none. */
  readonly file: string | null
  readonly env: NodeJS.ProcessEnv
  /** The configuration that runs, and the one that the process was started with. */
  readonly running: () => Config
  readonly started: Config
  /** @throws AppError CONFIG_INVALID when it cannot be taken over */
  readonly check: (config: Config) => Promise<void>
  readonly reload: (config: Config) => Promise<CameraChanges & { readonly restart: readonly string[] }>
  readonly cameraOf: (id: string) => CameraChange['camera']
  readonly telemetry: Telemetry
}

/** Changes of the configuration while it runs: in the file, and from there taken over. One after the other. */
export function createSiteAdmin(options: SiteAdminOptions): Pick<SitePort, 'editCamera' | 'config' | 'diff'> {
  const { file, env, running, started, check, reload, cameraOf, telemetry } = options
  const readInThread = createConfigReader()
  let last: Promise<unknown> = Promise.resolve()

  const fileOf = (): string => {
    if (file !== null) return file
    throw new AppError('API_BAD_REQUEST', 'this Vireo was started without a configuration file')
  }
  const edit = async (change: CameraEdit): Promise<CameraChange> => {
    const path = fileOf()
    const before = readConfigText(path)
    const source = { file: path, env, asRequest: { allowVariables: started.http.allowVariables } }
    // What is wrong with a long one is found where it holds up no frame.
    if (isLong(JSON.stringify(change)))
      await readInThread({ kind: 'edit', text: before, change, source: { ...source, env: { ...env } } })
    const { text, config } = editCameras(before, change, source)
    // All that can refuse it comes before the file is written.
    await check(config)
    if (readConfigText(path) !== before) return await edit(change)
    writeConfigText(path, text)
    const { restart, ...changes } = await reload(config)
    const id = change.kind === 'add' ? change.camera.id : change.id
    telemetry.log.info({ camera: id, change: change.kind, ...changes }, 'the cameras were changed by the API')
    return { camera: change.kind === 'remove' ? null : cameraOf(id), ...changes, restart }
  }

  return {
    editCamera(change) {
      const done = last.then(() => edit(change))
      last = done.catch(() => {})
      return done
    },
    config: () => redactConfig(running()),
    async diff(given) {
      const known = { env: { ...env }, running: running(), started }
      if (given === null) return diffOfText({ ...known, text: readConfigText(fileOf()), file: fileOf() })
      const fileText = file === null ? '' : readConfigText(file)
      const plan = { ...known, text: given, file: 'body', fileText }
      return (await readInThread({ kind: 'diff', plan }))!
    },
  }
}
