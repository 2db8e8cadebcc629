export interface Box {
  readonly type: string
  readonly at: number
  readonly end: number
}

/** The boxes within a part of a file; none after one whose size is wrong. */
export function boxesOf(bytes: Uint8Array, from = 0, to = bytes.length): Box[] {
  const view = viewOf(bytes)
  const found: Box[] = []
  for (let at = from; at + 8 <= to; ) {
    const size = view.getUint32(at)
    if (size < 8 || at + size > to) break
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    found.push({ type, at, end: at + size })
    at += size
  }
  return found
}

/** The boxes from the outermost to the one that the path names; null when there is none. */
export function findBoxes(bytes: Uint8Array, ...path: string[]): Box[] | null {
  const found: Box[] = []
  for (const type of path) {
    const inside = found.at(-1)
    const box = boxesOf(bytes, inside ? inside.at + 8 : 0, inside?.end).find((each) => each.type === type)
    if (!box) return null
    found.push(box)
  }
  return found
}

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
