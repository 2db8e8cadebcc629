import { createRequire } from 'node:module'
import { isWithinXmlBounds } from './xml-bounds.ts'

/** An element as the library's parser gives it: its text, or its children by name (each a list) and `$`. */
export type SoapNode = string | { readonly [name: string]: readonly SoapNode[] | unknown }

type Parse = (
  xml: string,
  done: (error: Error | null, body: readonly SoapNode[] | null) => void,
  httpStatus: number,
) => void

// The library types its main entry only; its parser is a file beside it.
const { parseSOAPString } = createRequire(import.meta.url)('onvif/lib/utils.js') as {
  readonly parseSOAPString: Parse
}

const longestText = 300

/**
 * The body of a SOAP envelope. Names are without prefixes and begin in lower case, except where the second letter
 * is a capital (`XAddrs`). Values stay text: the library's own reading makes the number 5.1 of a firmware "5.10",
 * and 1 of a profile token "01.0".
 *
 * @throws Error when it is no SOAP envelope, or a SOAP fault
 */
export function parseSoap(xml: string): Promise<SoapNode> {
  return new Promise((resolve, reject) => {
    if (!isWithinXmlBounds(xml))
      return reject(new Error('the answer is larger or deeper than any of a device'))
    parseSOAPString(
      xml,
      (error, body) => {
        const [first] = body ?? []
        if (error) reject(error)
        else if (first === undefined) reject(new Error('the SOAP body is missing'))
        else resolve(first)
      },
      200,
    )
  })
}

/** The child elements of one name, in their order; none for text. */
export function childrenOf(node: SoapNode | undefined, name: string): readonly SoapNode[] {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return []
  const found = node[name]
  return Array.isArray(found) ? (found as SoapNode[]) : []
}

/** The first element along a path of names. */
export function nodeAt(node: SoapNode | undefined, ...path: readonly string[]): SoapNode | undefined {
  let at = node
  for (const name of path) at = childrenOf(at, name)[0]
  return at
}

/** The whole text at a path as it was written, '' when there is none. */
export function wholeTextAt(node: SoapNode | undefined, ...path: readonly string[]): string {
  const found = nodeAt(node, ...path)
  const text = typeof found === 'object' && found !== null ? found._ : found
  return typeof text === 'string' ? text.trim() : ''
}

/** The text at a path, fit to be shown (see {@link plainText}); null when there is none. */
export function textAt(node: SoapNode | undefined, ...path: readonly string[]): string | null {
  return plainText(wholeTextAt(node, ...path))
}

/** The number at a path, when it is finite and not negative. */
export function numberAt(node: SoapNode | undefined, ...path: readonly string[]): number | null {
  const value = Number(textAt(node, ...path) ?? Number.NaN)
  return Number.isFinite(value) && value >= 0 ? value : null
}

/** An attribute as it was written. */
export function attributeOf(node: SoapNode | undefined, name: string): string | null {
  const attributes = typeof node === 'object' && node !== null ? node.$ : undefined
  if (typeof attributes !== 'object' || attributes === null || !Object.hasOwn(attributes, name)) return null
  const value = (attributes as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : null
}

/**
 * What a device says of itself, on one line, without characters that steer a terminal, at most 300 characters;
 * null when nothing is left.
 */
export function plainText(text: string): string | null {
  const plain = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, longestText)
  return plain === '' ? null : plain
}

/** Text for inside an element; the library puts names and tokens into its requests as they are. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
