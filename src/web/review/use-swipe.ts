import { useRef } from 'preact/hooks'

export type Swipe = 'left' | 'right' | 'up'

/** So far a finger goes before it means something, and so much straighter than across. */
const leastPx = 70
const straight = 1.6

/** What a movement of a finger means; null for a touch, and for one that goes nowhere in particular. */
export function swipeOf(dx: number, dy: number): Swipe | null {
  if (Math.abs(dx) >= leastPx && Math.abs(dx) > straight * Math.abs(dy)) return dx > 0 ? 'right' : 'left'
  if (dy <= -leastPx && Math.abs(dy) > straight * Math.abs(dx)) return 'up'
  return null
}

/** Handlers that tell how a finger was moved over an element. */
export function useSwipe(onSwipe: (swipe: Swipe) => void) {
  const from = useRef<{ x: number; y: number } | null>(null)
  return {
    onTouchStart(event: TouchEvent) {
      const touch = event.touches.length === 1 ? event.touches[0]! : null
      from.current = touch && { x: touch.clientX, y: touch.clientY }
    },
    onTouchEnd(event: TouchEvent) {
      const [began, touch] = [from.current, event.changedTouches[0]]
      from.current = null
      if (!began || !touch) return
      const swipe = swipeOf(touch.clientX - began.x, touch.clientY - began.y)
      if (swipe) onSwipe(swipe)
    },
  }
}
