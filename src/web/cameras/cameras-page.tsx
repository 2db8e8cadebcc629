import { useEffect } from 'preact/hooks'
import { Link, useParams } from 'wouter-preact'
import { Button } from '../pieces/button.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { CameraList } from './camera-list.tsx'
import { cameras, follow, load, problem, site } from './camera-store.ts'
import { CameraView } from './camera-view.tsx'
import { text } from './text.ts'
import './cameras.css'

/** All cameras, or one of them. */
export function Page() {
  const t = text.value
  const { id } = useParams<{ id?: string }>()
  useEffect(() => {
    void load()
    return follow()
  }, [])
  if (problem.value && !cameras.value)
    return (
      <EmptyState problem title={problem.value.message}>
        <Button onClick={() => load()}>{t.again}</Button>
      </EmptyState>
    )
  if (!cameras.value || !site.value) return <EmptyState busy title={t.loading} />
  if (id === undefined) return <CameraList cameras={cameras.value} />
  const camera = cameras.value.find((each) => each.id === id)
  if (camera) return <CameraView key={id} camera={camera} site={site.value} />
  return (
    <EmptyState title={t.noSuchCamera(id)}>
      <Link href="/cameras">{t.allCameras}</Link>
    </EmptyState>
  )
}
