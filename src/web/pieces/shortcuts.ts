import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { keyName } from './key-name.ts'

export interface Shortcut {
  /** As `keyName` spells it: `j`, `Enter`, `Shift+ArrowLeft`, `Ctrl+z`; several with a blank between. */
  readonly keys: string
  readonly label: string
  /** Whether it goes on while the key is held: for what only moves. All else happens once a press. */
  readonly repeats?: boolean
  readonly run: (event: KeyboardEvent) => unknown
}

export type ShortcutGroup = 'here' | 'everywhere'
interface Registered {
  readonly group: ShortcutGroup
  readonly list: () => readonly Shortcut[]
}

/** What the keys do now; the last that came goes first. */
export const registered = signal<readonly Registered[]>([])
export const shortcutsShown = signal(false)
export const showShortcuts = () => {
  shortcutsShown.value = true
}

/**
 * Keys of a component while it is there. They are looked up when a key is pressed, so the list may close over state.
 * In a field or a dialog no key does anything but what the browser does with it.
 */
export function useShortcuts(group: ShortcutGroup, list: () => readonly Shortcut[]): void {
  const latest = useRef(list)
  latest.current = list
  useEffect(() => {
    const entry = { group, list: () => latest.current() }
    registered.value = [...registered.value, entry]
    return () => {
      registered.value = registered.value.filter((each) => each !== entry)
    }
  }, [group])
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  const input = target instanceof HTMLInputElement && !/^(checkbox|radio|range|button)$/.test(target.type)
  return input || target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
}

/** Whether a press does it: a key that is held comes again and again, and judges or removes nothing more. */
export const runsOn = ({ repeats = false }: Pick<Shortcut, 'repeats'>, { repeat }: { repeat: boolean }) =>
  repeats || !repeat

function shortcutOf(name: string): Shortcut | undefined {
  for (const { list } of registered.value.toReversed()) {
    const found = list().find(({ keys }) => keys.split(' ').includes(name))
    if (found) return found
  }
  return undefined
}

function onKey(event: KeyboardEvent): void {
  const onButton = event.target instanceof Element && event.target.closest('button, a, summary, [role=tab]')
  // The browser presses a button that has the focus again and again while Enter is held.
  if (onButton && event.repeat && event.key === 'Enter') event.preventDefault()
  if (event.defaultPrevented || event.isComposing || takesText(event.target)) return
  if (document.querySelector('dialog[open]')) return
  const name = keyName(event)
  // A button that has the focus is pressed by Enter and blank.
  if (onButton && (name === 'Enter' || name === 'Space')) return
  if (name === '?') {
    event.preventDefault()
    showShortcuts()
    return
  }
  const found = shortcutOf(name)
  if (!found) return
  event.preventDefault()
  if (runsOn(found, event)) found.run(event)
}

globalThis.document?.addEventListener('keydown', onKey)
