import { signal } from '@preact/signals'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'neutral' | 'good' | 'critical'
  /** Takes back what the message tells. */
  readonly undo?: () => unknown
}

/** The messages that stand now, the newest last. */
export const toasts = signal<readonly Toast[]>([])
const longest = 4
const shownMs = { neutral: 6000, good: 6000, critical: 12_000 } as const
let count = 0

/** Shows a message for some seconds; with `undo` there is a button, and Ctrl-Z does the same. */
export function showToast(said: string, options: Partial<Pick<Toast, 'tone' | 'undo'>> = {}): void {
  const toast: Toast = { id: ++count, text: said, tone: 'neutral', ...options }
  toasts.value = [...toasts.value, toast].slice(-longest)
  setTimeout(() => dropToast(toast.id), shownMs[toast.tone])
}

export function dropToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Takes back the last thing that can be taken back; whether there was one. */
export function undoLast(): boolean {
  const last = toasts.value.findLast(({ undo }) => undo !== undefined)
  if (!last) return false
  dropToast(last.id)
  last.undo!()
  return true
}
