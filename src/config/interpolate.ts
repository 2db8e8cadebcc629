import { isMap, isScalar, isSeq, type Node } from 'yaml'

export interface MissingVariable {
  readonly name: string
  readonly node: Node
  readonly path: (string | number)[]
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * Replaces ${NAME} and ${NAME:-default} inside string values of the parsed document, so that what a variable
 * holds stays one string whatever it looks like. Returns the variables that are not set.
 */
export function interpolate(root: unknown, env: NodeJS.ProcessEnv): MissingVariable[] {
  const missing: MissingVariable[] = []
  const visit = (node: unknown, path: (string | number)[]): void => {
    if (isMap(node)) {
      for (const pair of node.items)
        visit(pair.value, [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)])
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        visit(item, [...path, index])
      })
    } else if (isScalar(node) && typeof node.value === 'string') {
      node.value = node.value.replace(reference, (whole, name: string, fallback: string | undefined) => {
        const value = env[name]
        if (value !== undefined && (value !== '' || fallback === undefined)) return value
        if (fallback !== undefined) return fallback
        missing.push({ name, node, path })
        return whole
      })
    }
  }
  visit(root, [])
  return missing
}
