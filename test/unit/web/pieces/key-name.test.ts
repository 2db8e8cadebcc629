import { expect, it } from 'vitest'
import { keyName, shownKey } from '../../../../src/web/pieces/key-name.ts'

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

it.each([
  [{ key: 'j' }, 'j'],
  [{ key: '?', shiftKey: true }, '?'],
  [{ key: 'J', shiftKey: true }, 'J'],
  [{ key: ' ' }, 'Space'],
  [{ key: 'ArrowLeft', shiftKey: true }, 'Shift+ArrowLeft'],
  [{ key: 'z', ctrlKey: true }, 'Ctrl+z'],
  [{ key: 'Z', metaKey: true, shiftKey: true }, 'Ctrl+Shift+z'],
  [{ key: 'Enter', altKey: true }, 'Alt+Enter'],
])('spells %j as %s', (pressed, name) => {
  expect(keyName({ ...none, ...pressed })).toBe(name)
})

it.each([
  ['Shift+ArrowLeft', 'Shift + ←'],
  ['Escape', 'Esc'],
  ['j', 'j'],
])('shows %s as %s', (name, shown) => {
  expect(shownKey(name)).toBe(shown)
})
