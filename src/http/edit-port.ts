import type { ConfigEdit } from '../config/edit/config-edit.ts'
import type { DiffHunk } from '../config/edit/text-diff.ts'

export interface Login {
  readonly user: string
  readonly password: string
}

/** Changes of the configuration file that belong together. */
export interface EditWish {
  readonly edits: readonly ConfigEdit[]
  /** Logins of cameras whose addresses are in the edits. They are kept in the file of variables, never in YAML. */
  readonly logins?: readonly (Login & { readonly camera: string })[]
  /** Names the text that they were thought of; a file with another one is not changed. */
  readonly basedOn?: string
}

/** What edits do to the cameras that run, by id. */
export interface EditEffects {
  readonly attached: readonly string[]
  readonly detached: readonly string[]
  /** Restarted. */
  readonly changed: readonly string[]
  /** Go on with other rules, without losing a frame. */
  readonly retuned: readonly string[]
  /** Other changes in the file that take effect only with a restart. */
  readonly restart: readonly string[]
}

export interface EditPreview extends EditEffects {
  /** Names the text of the file as it is now. */
  readonly basedOn: string
  readonly hunks: readonly DiffHunk[]
  /** Names of variables that will be written beside the file. */
  readonly variables: readonly string[]
}

/** Edits of the configuration file with a look before. */
export interface EditPort {
  preview(wish: EditWish): Promise<EditPreview>
  apply(wish: EditWish): Promise<EditEffects & { readonly basedOn: string }>
}
