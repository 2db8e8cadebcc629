/** What a variable was replaced with somewhere in a configuration. */
export interface UsedVariable {
  readonly name: string
  readonly value: string
}

/**
 * Where values of a configuration come from. It is kept under symbols, which copies with `{ ...config }` keep and
 * JSON leaves out.
 */
const templates = Symbol('templates')
const used = Symbol('used variables')

type Holder = Record<PropertyKey, unknown>
const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g
/** A shorter value is hidden only where it stands in quotes: it would turn up inside other words. */
const leastLength = 3

/**
 * Notes which texts of `value`, the checked configuration, came from variables. `written` is the same document as it
 * was written, with the references in it.
 */
export function rememberOrigins(value: object, written: unknown, variables: readonly UsedVariable[]): void {
  mark(value, written)
  Object.assign(value, { [used]: variables })
}

function mark(value: unknown, written: unknown): void {
  if (typeof value !== 'object' || value === null || typeof written !== 'object' || written === null) return
  const found: Record<string, string> = {}
  for (const [key, inner] of Object.entries(value)) {
    const text = (written as Holder)[key]
    if (typeof inner === 'string' && typeof text === 'string') {
      const shown = withoutDefaults(text)
      if (inner !== text && shown.includes('${')) found[key] = shown
    } else mark(inner, text)
  }
  if (Object.keys(found).length === 0) return
  // Copies of lists do not keep it, so it need not be seen on them.
  Object.defineProperty(value, templates, { value: found, enumerable: !Array.isArray(value) })
}

/** `${NAME}` in place of what a field of a configuration's object holds; undefined where it came from no variable. */
export function templateOf(parent: object, key: string): string | undefined {
  return ((parent as Holder)[templates] as Record<string, string> | undefined)?.[key]
}

/** References without what stands in for a variable that is not set: it may be a secret, too. */
export function withoutDefaults(text: string): string {
  return text.replace(reference, (_whole, name: string) => `\${${name}}`)
}

/** A text that tells of a configuration, with `${NAME}` in place of every value that came from a variable. */
export function hideVariables(text: string, config: object): string {
  return hideValues(text, ((config as Holder)[used] as readonly UsedVariable[] | undefined) ?? [])
}

/** The same for the variables themselves. */
export function hideValues(text: string, variables: readonly UsedVariable[]): string {
  if (variables.length === 0 || text === '') return text
  const byLength = [...variables].sort((a, b) => b.value.length - a.value.length)
  // Parts that stand for a variable already are not looked at again.
  let parts: { text: string; done: boolean }[] = [{ text, done: false }]
  for (const { name, value } of byLength) {
    if (value === '') continue
    const quoted = value.length < leastLength
    const wanted = quoted ? `"${value}"` : value
    const shown = quoted ? `"\${${name}}"` : `\${${name}}`
    parts = parts.flatMap((part) => {
      if (part.done || !part.text.includes(wanted)) return [part]
      return part.text
        .split(wanted)
        .flatMap((piece, at) => [
          ...(at === 0 ? [] : [{ text: shown, done: true }]),
          { text: piece, done: false },
        ])
    })
  }
  return parts.map((part) => part.text).join('')
}
