import type { RegistryChange } from '../store/tables/registry/registry-changes.ts'

/** One line of a model's history. Nothing is ever taken out of it. */
export interface ModelChange extends RegistryChange {
  /**
   * `shadow`: the version begins to judge live clips unheard; `dismiss`: it ends to do so; `promote`: it is live;
   * `rollback`: it is live again; `remove`: its files are gone.
   */
  readonly action: 'shadow' | 'dismiss' | 'promote' | 'rollback' | 'remove'
}

export interface ModelState {
  readonly model: string
  readonly live: string | null
  /** What a rollback goes back to. */
  readonly previous: string | null
  readonly shadow: string | null
}

/** Where a model stands after all that happened to it. */
export function stateAfter(model: string, changes: readonly ModelChange[]): ModelState {
  let served: string[] = []
  let shadow: string | null = null
  for (const { action, version } of changes) {
    if (action === 'shadow') shadow = version
    if (action === 'dismiss') shadow = null
    if (action === 'promote') {
      served.push(version)
      shadow = null
    }
    if (action === 'rollback') {
      served = served.slice(0, served.lastIndexOf(version, -2) + 1)
      shadow = null
    }
  }
  const live = served.at(-1) ?? null
  // What was live before, even if the same version was promoted twice.
  const previous = served.findLast((version) => version !== live) ?? null
  return { model, live, previous, shadow }
}
