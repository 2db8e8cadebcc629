import { cleanText } from '../../core/text/clean-text.ts'

/** Text that is HTML already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Insert = Html | string | number | null | false | readonly Insert[]

/** Text for HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

function textOf(insert: Insert): string {
  if (insert === null || insert === false) return ''
  if (insert instanceof Html) return insert.text
  return Array.isArray(insert) ? insert.map(textOf).join('') : escapeHtml(String(insert))
}

/** A template whose inserts are escaped unless they are HTML; null and false insert nothing. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(
    parts.map((part, index) => part + (index < inserts.length ? textOf(inserts[index]!) : '')).join(''),
  )
}
