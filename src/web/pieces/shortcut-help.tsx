import { Dialog } from './dialog.tsx'
import { shownKey } from './key-name.ts'
import { registered, type Shortcut, type ShortcutGroup, shortcutsShown } from './shortcuts.ts'
import { text } from './text.ts'

/** The list of what keys do on this page, on `?`. */
export function ShortcutHelp() {
  const t = text.value
  const of = (group: ShortcutGroup) =>
    registered.value.filter((each) => each.group === group).flatMap(({ list }) => list())
  const here = shortcutsShown.value ? of('here') : []
  const everywhere = shortcutsShown.value ? of('everywhere') : []
  return (
    <Dialog
      title={t.shortcuts}
      open={shortcutsShown.value}
      onClose={() => {
        shortcutsShown.value = false
      }}
    >
      {here.length > 0 && <List title={t.shortcutsHere} of={here} />}
      <List
        title={t.shortcutsEverywhere}
        of={[...everywhere, { keys: '?', label: t.showShortcuts, run: () => {} }]}
      />
    </Dialog>
  )
}

function List({ title, of }: { title: string; of: readonly Shortcut[] }) {
  return (
    <section class="shortcut-list">
      <h3>{title}</h3>
      <dl>
        {of.map(({ keys, label }) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((name) => (
                <kbd key={name}>{shownKey(name)}</kbd>
              ))}
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
