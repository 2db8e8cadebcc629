interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** How a pressed key is spelt in a list of shortcuts: `j`, `?`, `Space`, `Shift+ArrowLeft`, `Ctrl+z` (also for ⌘). */
export function keyName({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  const plain = key === ' ' ? 'Space' : key.length === 1 && (ctrlKey || metaKey) ? key.toLowerCase() : key
  // A letter or sign already says by itself whether Shift was held.
  const shift = shiftKey && (key.length > 1 || key === ' ' || ctrlKey || metaKey)
  return [ctrlKey || metaKey ? 'Ctrl' : '', altKey ? 'Alt' : '', shift ? 'Shift' : '', plain]
    .filter(Boolean)
    .join('+')
}

const shown: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
}

/** The same for people. */
export const shownKey = (name: string): string =>
  name
    .split('+')
    .map((part) => shown[part] ?? part)
    .join(' + ') || '+'
