import { useEffect } from 'preact/hooks'
import { Link, useParams } from 'wouter-preact'
import { EmptyState } from '../pieces/empty-state.tsx'
import { Loading } from '../pieces/loading.tsx'
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
  if (!cameras.value || !site.value) return <Loading of={{ problem, load }} title={t.loading} />
  if (id === undefined) return <CameraList cameras={cameras.value} />
  const camera = cameras.value.find((each) => each.id === id)
  if (camera) return <CameraView key={id} camera={camera} site={site.value} />
  return (
    <EmptyState title={t.noSuchCamera(id)}>
      <Link href="/cameras">{t.allCameras}</Link>
    </EmptyState>
  )
}
