import { SelectField } from '../pieces/field.tsx'
import { Menu } from '../pieces/menu.tsx'
import { modes } from './fallback.ts'
import { gridSizes } from './grid-layout.ts'
import { chosenMode, gridSize, layerNames, layers } from './layers.ts'
import { text } from './text.ts'

/** What is shown, and how. */
export function LiveTools(props: {
  groups: readonly string[]
  group: string
  onGroup: (group: string) => void
  single: boolean
}) {
  const { groups, group, onGroup, single } = props
  const t = text.value
  return (
    <div class="live-tools">
      {!single && groups.length > 0 && (
        <SelectField
          label={t.group}
          value={group}
          choices={[
            { value: '', label: t.groupAll },
            ...groups.map((name) => ({ value: name, label: name })),
          ]}
          onValue={onGroup}
        />
      )}
      {!single && (
        <SelectField
          label={t.size}
          value={gridSize.value}
          choices={gridSizes.map((value) => ({ value, label: value === 'auto' ? t.sizeAuto : value }))}
          onValue={(value) => {
            gridSize.value = value
          }}
        />
      )}
      <Menu class="live-menu" name={t.overlays}>
        <div class="live-menu-body">
          {layerNames.map((name) => (
            <label key={name} class="live-check">
              <input
                type="checkbox"
                checked={layers[name].value === 'on'}
                onChange={(event) => {
                  layers[name].value = event.currentTarget.checked ? 'on' : 'off'
                }}
              />
              {t.layers[name]}
            </label>
          ))}
          <SelectField
            label={t.way}
            value={chosenMode.value}
            choices={[
              { value: 'auto' as const, label: t.wayAuto },
              ...modes.map((value) => ({ value, label: t.modes[value] })),
            ]}
            onValue={(value) => {
              chosenMode.value = value
            }}
          />
        </div>
      </Menu>
    </div>
  )
}
