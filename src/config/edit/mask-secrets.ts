import { isAlias, isScalar, parseDocument, type Scalar, visit } from 'yaml'
import type { Span } from '../../core/text/hide-credentials.ts'
import { redactReceiver, redactUrl, secretFields } from '../redact.ts'

const stars = '***'
const secretName = /(?:^|_)key$|(?:password|secret|token|credentials?|(?:api|auth|access|private)_?key)s?$/i
/** What a name holds is a secret: one of the configuration, or one that is misspelt or of another version. */
const holdsSecret = (name: string) =>
  secretFields.has(name) || secretName.test(name) || /pass(?:word|wort|phrase|wd)/i.test(name)
const variableAlone = /^\$\{\w+\}$/
const hash = /\$(?:scrypt|argon2\w*|2[aby]|pbkdf2[\w-]*)\$[^\s"'}\]]+/g
/** In comments, and in a text that is no YAML. */
const secretLine =
  /((?:^|[\s#{,[])["']?(?:\w*(?:password(?:hash)?|secret|token|passphrase)|key)["']?[ \t]*:[ \t]*)(?!["']?\$\{\w+\}["']?[ \t]*(?:[#,}\]]|$)|\*{3})[^\s#].*$/gim

/**
 * A text of a configuration without its secrets, with the same number of lines. Secrets are found as the parser sees
 * the text: on whatever line they stand, quoted or in a block, behind an alias.
 */
export function maskSecrets(text: string): string {
  // A hash has commas, at which a list ends: it goes before the text is parsed.
  return hideInLines(hideValues(text.replace(hash, '(hidden)')))
}

const hideInLines = (text: string) =>
  text
    .replace(secretLine, `$1${stars}`)
    .split('\n')
    .map((line) => redactUrl(line))
    .join('\n')

function hideValues(text: string): string {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false })
  const secret = new Set<Scalar>()
  const receivers = new Set<Scalar>()
  visit(document, {
    Pair(_key, { key, value }, path) {
      if (!isScalar(key)) return
      const name = String(key.value)
      const holds = holdsSecret(name)
      if (!holds && name !== 'url') return
      if (!holds && !path.some((part) => 'key' in part && String(part.key) === 'webhooks')) return
      const found = holds ? secret : receivers
      const add = (node: unknown): void => {
        const target = isAlias(node) ? node.resolve(document) : node
        if (isScalar(target)) found.add(target)
        else if (target)
          visit(target as never, { Scalar: (at, inner) => void (at !== 'key' && found.add(inner)) })
      }
      add(value)
    },
  })
  const spans: Span[] = []
  const replaced: { at: Span; by: string }[] = []
  visit(document, {
    Scalar(_key, node) {
      const { range, value } = node
      if (!range || range[1] <= range[0]) return
      const [start, end] = range
      if (secret.has(node)) {
        if (!variableAlone.test(String(value))) spans.push(...spansOfLines(text, start, end))
        return
      }
      if (typeof value !== 'string') return
      const shown = receivers.has(node) ? redactReceiver(value) : redactUrl(value)
      if (shown === value) return
      if (text.slice(start, end) === value) replaced.push({ at: [start, end], by: shown })
      else spans.push(...spansOfLines(text, start, end))
    },
  })
  return replaceSpans(text, [...replaced, ...spans.map((at) => ({ at, by: stars }))])
}

function replaceSpans(text: string, parts: readonly { readonly at: Span; readonly by: string }[]): string {
  let shown = ''
  let done = 0
  for (const { at, by } of [...parts].sort((a, b) => a.at[0] - b.at[0])) {
    if (at[0] < done) continue
    shown += text.slice(done, at[0]) + by
    done = at[1]
  }
  return shown + text.slice(done)
}

/** What of each line lies between two places, without the space around it: so the lines stay as many. */
function spansOfLines(text: string, start: number, end: number): Span[] {
  return [...text.slice(start, end).matchAll(/\S[^\n]*/g)].map(({ 0: line, index }) => [
    start + index,
    start + index + line.trimEnd().length,
  ])
}
