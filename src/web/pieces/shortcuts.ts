import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { keyName } from './key-name.ts'

export interface Shortcut {
  /** As `keyName` spells it: `j`, `Enter`, `Shift+ArrowLeft`, `Ctrl+z`; several with a blank between. */
  readonly keys: string
  readonly label: string
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

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || takesText(event.target)) return
  if (document.querySelector('dialog[open]')) return
  const name = keyName(event)
  // A button that has the focus is pressed by Enter and blank.
  const onButton = event.target instanceof Element && event.target.closest('button, a, summary, [role=tab]')
  if (onButton && (name === 'Enter' || name === 'Space')) return
  if (name === '?') {
    event.preventDefault()
    showShortcuts()
    return
  }
  for (const { list } of registered.value.toReversed()) {
    const found = list().find(({ keys }) => keys.split(' ').includes(name))
    if (!found) continue
    event.preventDefault()
    found.run(event)
    return
  }
}

globalThis.document?.addEventListener('keydown', onKey)
