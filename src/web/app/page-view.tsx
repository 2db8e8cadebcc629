import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { identity, mayDo } from '../api/standing.ts'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { mayOpen, type PageRow } from './pages.ts'
import { text } from './text.ts'

const loaded = new Map<PageRow, ComponentType>()

/** A page, loaded when it is first shown. */
export function PageView({ row }: { row: PageRow }) {
  const t = text.value
  const tries = useSignal(0)
  const failed = useSignal(false)
  const tried = tries.value
  const open = mayOpen(row, { mayDo, cameras: identity.value?.cameras ?? null })
  useEffect(() => {
    document.title = `${text.value[row.title]} · Vireo`
    if (!open || loaded.has(row)) return
    failed.value = false
    row.load().then(
      ({ Page }) => {
        loaded.set(row, Page)
        tries.value = tried + 1
      },
      () => {
        failed.value = true
      },
    )
  }, [row, tried, open])
  if (!open) return <EmptyState title={row.allCameras ? t.allCamerasOnly : t.notYours} />
  const Page = loaded.get(row)
  if (Page) return <Page />
  if (!failed.value) return <EmptyState busy title={t.loading} />
  return (
    <EmptyState title={t.pageFailed}>
      <Button onClick={() => location.reload()}>{t.again}</Button>
    </EmptyState>
  )
}
