import { kept } from './kept.ts'

export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

const spoken = (globalThis.navigator?.language ?? 'en').toLowerCase()

/** The language of the page: as chosen, else as the browser says. */
export const language = kept<Language>('language', languages, spoken.startsWith('zh') ? 'zh' : 'en')

/** The name of the language for `Intl` and the document. */
export const localeOf: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' }
