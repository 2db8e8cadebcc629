/** More than a recorder with 64 channels tells. */
const mostTags = 60_000
const mostNamespaces = 1000
const mostDepth = 60
const namespace = Buffer.from('xmlns')
const [less, slash, greater, bang, question] = [...Buffer.from('</>!?')] as [
  number,
  number,
  number,
  number,
  number,
]
/** Of DOCTYPE, ENTITY, ELEMENT and the like; a comment and a section of text begin otherwise. */
const declares = (byte: number) => byte >= 0x41 && byte <= 0x7a && byte !== 0x5b

/**
 * Watches XML as it comes, before any parser sees it: whether it stays within what a device has to say. Declarations
 * (of which entities are made), depth, and tags and namespaces without end are for nothing but to keep a reader busy.
 *
 * @returns a function that takes the bytes piece by piece; false once they are too much
 */
export function createXmlBounds(): (bytes: Uint8Array) => boolean {
  let tags = 0
  let depth = 0
  let namespaces = 0
  let matched = 0
  let before = 0
  let afterBang = false
  let within = true
  const look = (byte: number) => {
    if (afterBang && declares(byte)) within = false
    afterBang = before === less && byte === bang
    if (before === less && byte !== bang && byte !== question) {
      tags += 1
      depth += byte === slash ? -1 : 1
    } else if (before === slash && byte === greater) depth -= 1
    matched = byte === namespace[matched] ? matched + 1 : byte === namespace[0] ? 1 : 0
    if (matched === namespace.length) {
      namespaces += 1
      matched = 0
    }
    before = byte
    if (tags > mostTags || depth > mostDepth || namespaces > mostNamespaces) within = false
  }
  return (bytes) => {
    for (let at = 0; within && at < bytes.length; at += 1) look(bytes[at]!)
    return within
  }
}

/** The same for a whole text. */
export function isWithinXmlBounds(xml: string): boolean {
  return createXmlBounds()(Buffer.from(xml))
}
