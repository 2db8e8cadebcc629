import { computed, type ReadonlySignal } from '@preact/signals'
import { language } from './language.ts'

type Words = Readonly<Record<string, unknown>>
/** The same keys; what is a text stays one, what takes values takes the same, what holds texts holds the same keys. */
type Same<W extends Words> = {
  readonly [K in keyof W]: W[K] extends string ? string : W[K] extends Words ? Same<W[K]> : W[K]
}

/**
 * The texts of one feature in all languages. The value is that of the language chosen now: `const t = text.value`
 * in a component, which is drawn anew when the language changes. A key that a language lacks is a type error.
 */
export function dictionary<const E extends Words>(of: {
  readonly en: E
  readonly zh: Same<E>
}): ReadonlySignal<Same<E>> {
  return computed(() => (language.value === 'zh' ? of.zh : of.en) as Same<E>)
}
