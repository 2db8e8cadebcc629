import { Link } from 'wouter-preact'
import { mayDo } from '../api/standing.ts'
import { text } from './text.ts'

/** Where there is no camera: the way to where one is added, for who may. */
export function AddFirstCamera() {
  if (!mayDo('admin')) return null
  return (
    <Link href="/cameras" className="button is-primary">
      {text.value.addCamera}
    </Link>
  )
}
