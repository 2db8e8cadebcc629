import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { addressOf } from '../api/address.ts'
import { Icon } from '../pieces/icon.tsx'
import { useEvery } from '../pieces/use-every.ts'

/** The address of a camera's picture as it is now. */
export const stillAddress = (id: string, at: number) =>
  `${addressOf(`/api/v1/cameras/${encodeURIComponent(id)}/picture`)}?at=${at}`

const [everyMs, againMs] = [15_000, 3000]

/** A picture of a camera that is made anew now and then, while it is looked at; an icon where there is none. */
export function Still({ id, alt, on }: { id: string; alt: string; on: boolean }) {
  const at = useSignal(0)
  const there = useSignal(false)
  const retry = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const renew = () => {
    clearTimeout(retry.current)
    if (on && !document.hidden) at.value = Date.now()
  }
  useEvery(everyMs, renew, [on])
  useEffect(() => () => clearTimeout(retry.current), [])
  return (
    <span class="still">
      {on && at.value > 0 && (
        <img
          src={stillAddress(id, at.value)}
          alt={there.value ? alt : ''}
          class={there.value ? '' : 'is-missing'}
          onLoad={() => {
            there.value = true
          }}
          onError={() => {
            there.value = false
            // It has only just begun: its first picture comes with its next keyframe.
            clearTimeout(retry.current)
            retry.current = setTimeout(renew, againMs)
          }}
        />
      )}
      {!there.value && <Icon name="camera" />}
    </span>
  )
}
