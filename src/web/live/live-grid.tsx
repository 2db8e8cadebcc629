import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { columnsFor } from './grid-layout.ts'
import { Tile } from './tile.tsx'
import type { LiveCamera } from './use-cameras.ts'

/** As in live.css. */
const [edgePx, gapPx] = [8, 4]

/** Cameras beside each other, as large as the page lets them be. */
export function LiveGrid({ cameras, label }: { cameras: readonly LiveCamera[]; label: string }) {
  const ref = useRef<HTMLElement>(null)
  const columns = useSignal(Math.ceil(Math.sqrt(cameras.length)))
  useEffect(() => {
    const grid = ref.current!
    const measure = () => {
      const { clientWidth, clientHeight } = grid.parentElement!
      const insideHeight = clientHeight - 2 * edgePx
      columns.value = columnsFor(cameras.length, clientWidth - 2 * edgePx, insideHeight)
      const rows = Math.ceil(cameras.length / columns.value)
      grid.style.setProperty('--columns', String(columns.value))
      // The widest at which all rows fit, so that no bar is drawn around the tiles.
      const tileHeight = (insideHeight - (rows - 1) * gapPx) / rows
      const widestPx = ((tileHeight * 16) / 9) * columns.value + (columns.value - 1) * gapPx
      grid.style.setProperty('--widest', clientWidth < 600 ? 'none' : `${Math.floor(widestPx)}px`)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(grid.parentElement!)
    return () => observer.disconnect()
  }, [cameras.length])
  return (
    <section ref={ref} class="live-grid" aria-label={label}>
      {cameras.map((camera, at) => (
        <Tile
          key={camera.id}
          camera={camera}
          stream="sub"
          href={`/live/${camera.id}`}
          {...(at < 9 && { keyName: String(at + 1) })}
        />
      ))}
    </section>
  )
}
