import { createHash } from 'node:crypto'
import type { ConfigEdit } from '../../src/config/edit/config-edit.ts'
import { atFields } from '../../src/config/edit/edit-problems.ts'
import { diffText } from '../../src/config/edit/text-diff.ts'
import { type EditedConfig, editConfig, writeConfigText } from '../../src/config/edit.ts'
import { readConfigText } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { EditEffects, EditPort, EditWish } from '../../src/http/edit-port.ts'
import type { CameraChanges } from '../live/plan/compare-plans.ts'
import { referToPasswords, writePasswords } from './camera-passwords.ts'
import { createConfigReader, isLong } from './config-thread.ts'

export interface ConfigEditOptions {
  /** The file that is edited. @throws AppError when this process has none */
  readonly file: () => string
  /** What references may refer to, as it is now. */
  readonly env: () => NodeJS.ProcessEnv
  readonly allowVariables: readonly string[]
  /** @throws AppError CONFIG_INVALID when it cannot be taken over */
  readonly check: (config: Config) => Promise<void>
  /** What taking it over would do. */
  readonly compare: (config: Config) => Promise<EditEffects>
  readonly reload: (config: Config) => Promise<CameraChanges & { readonly restart: readonly string[] }>
  readonly telemetry: Telemetry
}

/** What an edit would make of the file. */
interface Edited extends EditedConfig {
  readonly file: string
  readonly before: string
  readonly variables: ReadonlyMap<string, string>
}

/** Edits of the configuration file, one after the other: looked at first, or taken over. */
export function createConfigEdits(options: ConfigEditOptions): EditPort {
  const { check, compare, reload, telemetry } = options
  const readInThread = createConfigReader()
  let last: Promise<unknown> = Promise.resolve()

  const edited = async ({ edits: given, logins, basedOn }: EditWish): Promise<Edited> => {
    const file = options.file()
    const before = readConfigText(file)
    if (basedOn !== undefined && basedOn !== textHash(before))
      throw new AppError(
        'API_CONFLICT',
        'the configuration file was changed meanwhile; nothing was written. Look at it as it is now and make the change again',
      )
    const known = options.env()
    const { edits, variables } = referToPasswords({ edits: given, ...(logins && { logins }) }, known)
    const env = { ...known, ...Object.fromEntries(variables) }
    const allowVariables = [...options.allowVariables, ...variables.keys()]
    const source = { file, env, asRequest: { allowVariables } }
    // What is wrong with a long one is found where it holds up no frame.
    if (isLong(JSON.stringify(edits))) await readInThread({ kind: 'edit', text: before, edits, source })
    const result = editConfig(before, edits, source)
    // All that can refuse it comes before the file is written.
    const { cameras, behaviours } = result.config
    await check(result.config).catch((thrown) => {
      throw atFields(thrown, {
        cameras: cameras.map(({ id }) => id),
        rules: behaviours.rules.map(({ name }) => name),
      })
    })
    return { ...result, file, before, variables }
  }

  const apply = async (wish: EditWish): Promise<EditEffects & { basedOn: string }> => {
    const { file, before, text, config, variables } = await edited(wish)
    if (readConfigText(file) !== before) return await apply(wish)
    const takeBack = writePasswords(file, variables)
    try {
      writeConfigText(file, text)
    } catch (thrown) {
      takeBack()
      throw thrown
    }
    const changes = await reload(config)
    const what = wish.edits.map(describeEdit)
    telemetry.log.info({ edits: what, ...changes }, 'the configuration was changed by the API')
    return { ...changes, basedOn: textHash(text) }
  }

  return {
    async preview(wish) {
      const { before, text, config, variables } = await edited(wish)
      const effects = await compare(config)
      return {
        ...effects,
        basedOn: textHash(before),
        hunks: diffText(before, text),
        variables: [...variables.keys()],
      }
    },
    apply(wish) {
      const done = last.then(() => apply(wish))
      last = done.catch(() => {})
      return done
    },
  }
}

/** Names a text: SHA-256, hex. */
export const textHash = (text: string) => createHash('sha256').update(text).digest('hex')

function describeEdit(edit: ConfigEdit): string {
  if (edit.kind === 'schedule') return 'schedule'
  if (edit.kind === 'rule') return `${edit.rule === null ? 'remove rule' : 'rule'} ${edit.name}`
  return `${edit.kind} ${edit.kind === 'add' ? edit.camera.id : edit.id}`
}
