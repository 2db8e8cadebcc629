import { computed, effect, signal } from '@preact/signals'
import { kept } from './kept.ts'
import { language, localeOf } from './language.ts'

export const themes = ['auto', 'light', 'dark'] as const

/** Light, dark, or as the system says. */
export const theme = kept('theme', themes, 'auto')

const system = globalThis.matchMedia?.('(prefers-color-scheme: dark)')
const systemIsDark = signal(system?.matches ?? false)
// For as long as the page is there.
system?.addEventListener('change', ({ matches }) => {
  systemIsDark.value = matches
})

/** The colours that are shown: what is drawn by hand is drawn anew when they change. */
export const shownTheme = computed(() =>
  theme.value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : theme.value,
)

/** Keeps the document as the person chose it: colours and language. */
export function applyChoices(root: HTMLElement): void {
  effect(() => {
    if (theme.value === 'auto') delete root.dataset.theme
    else root.dataset.theme = theme.value
    root.lang = localeOf[language.value]
  })
}
