import './live.css'
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { useLocation, useParams, useSearchParams } from 'wouter-preact'
import { AddFirstCamera } from '../app/add-first-camera.tsx'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { type Shortcut, useShortcuts } from '../pieces/shortcuts.ts'
import { pageOf } from './grid-layout.ts'
import { gridSize, switchLayers } from './layers.ts'
import { LiveGrid } from './live-grid.tsx'
import { LiveTools } from './live-tools.tsx'
import { text } from './text.ts'
import { Tile } from './tile.tsx'
import { groupsOf, type LiveCamera, useCameras } from './use-cameras.ts'

/** The cameras as they are now: all beside each other, or one alone. */
export function Page() {
  const t = text.value
  const { camera: alone = '' } = useParams<{ camera?: string }>()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const { cameras, problem } = useCameras()
  const page = useSignal(0)
  const stage = useRef<HTMLDivElement>(null)
  const all = cameras.value
  const group = search.get('group') ?? ''
  const listed = all?.filter((camera) => group === '' || groupsOf(camera).includes(group)) ?? []
  const grid = pageOf(listed, gridSize.value, page.value)
  const single = all?.find(({ id }) => id === alone)

  const turn = (by: number) => {
    if (alone) {
      const at = listed.findIndex(({ id }) => id === alone)
      const next = listed[(at + by + listed.length) % Math.max(1, listed.length)]
      if (next) go(`/live/${next.id}${location.search}`)
    } else moveFocus(stage.current, by)
  }
  const keys: Shortcut[] = [
    {
      keys: '1 2 3 4 5 6 7 8 9',
      label: t.keyOpen,
      run({ key }) {
        const camera = (alone ? listed : grid.shown)[Number(key) - 1]
        if (camera) go(`/live/${camera.id}${location.search}`)
      },
    },
    { keys: 'ArrowLeft', label: t.previous, repeats: true, run: () => turn(-1) },
    { keys: 'ArrowRight', label: t.next, repeats: true, run: () => turn(1) },
    { keys: 'ArrowUp', label: t.keyMove, repeats: true, run: () => !alone && moveFocus(stage.current, 'up') },
    {
      keys: 'ArrowDown',
      label: t.keyMove,
      repeats: true,
      run: () => !alone && moveFocus(stage.current, 'down'),
    },
    { keys: 'f', label: t.fullscreen, run: () => fullscreen(stage.current) },
    { keys: 'o', label: t.keyLayers, run: switchLayers },
    ...(alone ? [{ keys: 'Escape', label: t.back, run: () => go(`/live${location.search}`) }] : []),
  ]
  useShortcuts('here', () => keys)

  return (
    <>
      <header class="page-head live-head">
        <h1>{alone || t.title}</h1>
        {alone && (
          <Button
            kind="quiet"
            icon="grid"
            label={t.back}
            keyName="Esc"
            onClick={() => go(`/live${location.search}`)}
          >
            {t.back}
          </Button>
        )}
        <LiveTools
          groups={allGroups(all ?? [])}
          group={group}
          single={alone !== ''}
          onGroup={(name) => {
            page.value = 0
            setSearch(name === '' ? {} : { group: name }, { replace: true })
          }}
        />
        {!alone && grid.pages > 1 && (
          <div class="live-pages">
            <Button
              icon="left"
              label={t.previousPage}
              disabled={grid.page === 0}
              onClick={() => {
                page.value = grid.page - 1
              }}
            />
            <span class="numbers">{t.pageOf(grid.page + 1, grid.pages)}</span>
            <Button
              icon="right"
              label={t.nextPage}
              disabled={grid.page + 1 === grid.pages}
              onClick={() => {
                page.value = grid.page + 1
              }}
            />
          </div>
        )}
        <Button
          kind="quiet"
          icon="expand"
          label={t.fullscreen}
          keyName="f"
          onClick={() => fullscreen(stage.current)}
        />
      </header>
      <div ref={stage} class="live-stage">
        {problem.value && !all && <EmptyState problem title={problem.value.message} />}
        {!problem.value && !all && <EmptyState busy title={t.loading} />}
        {all &&
          alone &&
          (single ? (
            <Tile key={alone} camera={single} stream="main" />
          ) : (
            <EmptyState problem title={t.noSuch(alone)} />
          ))}
        {all && !alone && listed.length === 0 && (
          <EmptyState title={group === '' ? t.none : t.noneInGroup}>
            {group === '' && <AddFirstCamera />}
          </EmptyState>
        )}
        {all && !alone && listed.length > 0 && <LiveGrid cameras={grid.shown} label={t.title} />}
      </div>
    </>
  )
}

const allGroups = (cameras: readonly LiveCamera[]): string[] => [...new Set(cameras.flatMap(groupsOf))].sort()

/** Takes the focus to another tile; a row further up or down by the columns that there are. */
function moveFocus(stage: HTMLElement | null, by: number | 'up' | 'down'): void {
  const links = [...(stage?.querySelectorAll<HTMLElement>('.live-open') ?? [])]
  if (links.length === 0) return
  const at = links.indexOf(document.activeElement as HTMLElement)
  if (at < 0) {
    links[0]!.focus()
    return
  }
  const columns =
    Number(stage!.querySelector<HTMLElement>('.live-grid')!.style.getPropertyValue('--columns')) || 1
  const step = by === 'up' ? -columns : by === 'down' ? columns : by
  links[Math.min(links.length - 1, Math.max(0, at + step))]!.focus()
}

function fullscreen(stage: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen()
  else void stage?.requestFullscreen?.().catch(() => {})
}
