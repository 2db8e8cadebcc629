import { effect } from '@preact/signals'
import { kept } from './kept.ts'
import { language, localeOf } from './language.ts'

export const themes = ['auto', 'light', 'dark'] as const

/** Light, dark, or as the system says. */
export const theme = kept('theme', themes, 'auto')

/** Keeps the document as the person chose it: colours and language. */
export function applyChoices(root: HTMLElement): void {
  effect(() => {
    if (theme.value === 'auto') delete root.dataset.theme
    else root.dataset.theme = theme.value
    root.lang = localeOf[language.value]
  })
}
