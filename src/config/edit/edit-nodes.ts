import { type Document, isMap, isNode, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml'

type Fields = Readonly<Record<string, unknown>>

/** A merge patch (RFC 7396) on a map: null takes a field away, objects are merged, all else replaces. */
export function mergeInto(document: Document, map: YAMLMap, patch: Fields): void {
  for (const [name, value] of Object.entries(patch)) {
    const before = map.get(name, true)
    if (value === null) map.delete(name)
    else if (isMap(before) && isFields(value)) mergeInto(document, before, value)
    else if (isFields(value)) bringOrLeave(document, map, name, withoutNulls(value))
    else bringField(document, map, name, value)
  }
}

/** Of an object that is not there yet only what is more than nothing. */
function bringOrLeave(document: Document, map: YAMLMap, name: string, value: Fields): void {
  if (Object.keys(value).length > 0 || map.has(name)) bringField(document, map, name, value)
}

function withoutNulls(value: Fields): Fields {
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(
    kept.map(([name, inner]) => [name, isFields(inner) ? withoutNulls(inner) : inner]),
  )
}

/**
 * Brings a map to the fields of an object, and takes the others away. What is the same stays as it was written, with its
 * comments: fields of the same value, and items of a list with the same name.
 */
export function bringTo(document: Document, map: YAMLMap, wanted: Fields): void {
  const gone = map.items.map(({ key }) => nameOf(key)).filter((name) => !Object.hasOwn(wanted, name))
  for (const name of gone) map.delete(name)
  for (const [name, value] of Object.entries(wanted)) bringField(document, map, name, value)
}

function bringField(document: Document, map: YAMLMap, name: string, value: unknown): void {
  const before = map.get(name, true)
  if (same(before, value)) return
  if (isScalar(before) && !isContainer(value)) before.value = value
  else if (isMap(before) && isFields(value)) bringTo(document, before, value)
  else if (isSeq(before) && isNamedList(value)) bringList(document, before, value)
  else map.set(name, madeOf(document, value))
}

/** Items keep their place in the text by their name. */
function bringList(document: Document, list: YAMLSeq, wanted: readonly Fields[]): void {
  const known = new Map(list.items.flatMap((item) => (isMap(item) ? [[String(item.get('name')), item]] : [])))
  list.items = wanted.map((value) => {
    const item = known.get(String(value.name))
    if (!item) return madeOf(document, value)
    bringTo(document, item, value)
    return item
  })
}

/** A node as people write one: points and other short lists in one line. */
export function madeOf(document: Document, value: unknown) {
  const node = document.createNode(value)
  flatten(node)
  return node
}

function flatten(node: unknown): void {
  if (isSeq(node)) {
    if (node.items.every((item) => isScalar(item) || (isSeq(item) && item.items.every(isScalar))))
      node.flow = true
    else for (const item of node.items) flatten(item)
  } else if (isMap(node)) for (const { value } of node.items) flatten(value)
}

const isContainer = (value: unknown) => typeof value === 'object' && value !== null
const isFields = (value: unknown): value is Fields => isContainer(value) && !Array.isArray(value)
const isNamedList = (value: unknown): value is readonly Fields[] =>
  Array.isArray(value) && value.every((item) => isFields(item) && typeof item.name === 'string')
const nameOf = (key: unknown) => String(isScalar(key) ? key.value : key)

function same(node: unknown, value: unknown): boolean {
  if (!isNode(node)) return false
  return JSON.stringify(sorted(node.toJSON())) === JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}
