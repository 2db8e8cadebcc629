import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { stillAddress } from '../still.tsx'

const againMs = 3000

export interface Picture {
  /** Null: none came yet. */
  readonly address: string | null
  /** Whether the last try brought none; it is tried again while the page is looked at. */
  readonly missing: boolean
  readonly renew: () => void
}

/** A still of a camera to draw on. The last one stays where no new one comes, as while the camera is restarted. */
export function usePicture(id: string, on: boolean): Picture {
  const address = useSignal<string | null>(null)
  const missing = useSignal(false)
  const turn = useSignal(0)
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const put = (next: string | null) => {
      if (address.value) URL.revokeObjectURL(address.value)
      address.value = next
    }
    const get = async () => {
      const picture = document.hidden ? null : await fetchPicture(id)
      if (over) return
      if (picture) put(URL.createObjectURL(picture))
      missing.value = picture === null
      if (picture === null) timer = setTimeout(() => void get(), againMs)
    }
    if (on) void get()
    else missing.value = true
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [id, on, turn.value])
  useEffect(
    () => () => {
      if (address.peek()) URL.revokeObjectURL(address.peek()!)
    },
    [],
  )
  return {
    address: address.value,
    missing: missing.value,
    renew: () => {
      turn.value += 1
    },
  }
}

async function fetchPicture(id: string): Promise<Blob | null> {
  try {
    const answer = await fetch(stillAddress(id, Date.now()), { credentials: 'same-origin' })
    return answer.ok ? await answer.blob() : null
  } catch {
    return null
  }
}
