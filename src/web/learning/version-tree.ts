export interface TreeNode<T> {
  readonly value: T
  readonly depth: number
}

/**
 * Versions as a tree that is drawn as rows: each below the version whose weights it began with, the newest first. One
 * whose parent is gone begins a tree of its own.
 */
export function versionRows<T extends { readonly version: string; readonly parent: string | null }>(
  newestFirst: readonly T[],
): TreeNode<T>[] {
  const known = new Set(newestFirst.map(({ version }) => version))
  const parentOf = ({ version, parent }: T) =>
    parent !== null && parent !== version && known.has(parent) ? parent : null
  const children = Map.groupBy(newestFirst, parentOf)
  const rows: TreeNode<T>[] = []
  const seen = new Set<string>()
  const add = (values: readonly T[], depth: number) => {
    for (const value of values) {
      if (seen.has(value.version)) continue
      seen.add(value.version)
      rows.push({ value, depth })
      add(children.get(value.version) ?? [], depth + 1)
    }
  }
  add(children.get(null) ?? [], 0)
  // Versions that name each other as parents stand in no tree.
  add(newestFirst, 0)
  return rows
}
