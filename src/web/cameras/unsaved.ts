import { effect, signal } from '@preact/signals'
import { identity } from '../api/standing.ts'
import type { CameraForm } from './camera-fields.ts'
import type { PlacesAndRules } from './places/merge-edits.ts'

/** What was changed on the page of a camera and is not saved; it waits while another page is looked at. */
export interface Unsaved {
  readonly places?: { readonly base: PlacesAndRules; readonly mine: PlacesAndRules }
  readonly settings?: { readonly before: CameraForm; readonly now: CameraForm }
}

/** By the camera. In the memory of this tab alone. */
export const unsaved = signal<ReadonlyMap<string, Unsaved>>(new Map())

/** Remembers what is not saved of a part of a camera's page; undefined: all is. */
export function keepUnsaved<K extends keyof Unsaved>(id: string, part: K, given: Unsaved[K]): void {
  const { [part]: former, ...others } = unsaved.peek().get(id) ?? {}
  if (former === given) return
  const next = given === undefined ? others : { ...others, [part]: given }
  const all = new Map(unsaved.peek())
  if (Object.keys(next).length === 0) all.delete(id)
  else all.set(id, next)
  unsaved.value = all
}

/** Forgets what is not saved of cameras that are not there any more. */
export function dropUnsavedOfOthers(ids: readonly string[]): void {
  const left = [...unsaved.peek()].filter(([id]) => ids.includes(id))
  if (left.length < unsaved.peek().size) unsaved.value = new Map(left)
}

// What one person typed is not for the next: a password may be among it.
let owner: string | null = null
effect(() => {
  const name = identity.value?.name ?? null
  if (name !== owner && unsaved.peek().size > 0) unsaved.value = new Map()
  owner = name
})

// The browser asks before the tab is closed.
if (typeof window !== 'undefined')
  window.addEventListener('beforeunload', (event) => {
    if (unsaved.peek().size > 0) event.preventDefault()
  })
