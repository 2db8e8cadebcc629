import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { UsedVariable } from './origins.ts'

type Path = readonly (string | number)[]

export interface VariableProblem {
  readonly name: string
  readonly node: Node
  readonly path: Path
  /** `missing`: it is not set. `refused`: it may not be referred to here. */
  readonly kind: 'missing' | 'refused'
}

/** Whether a text at a path may refer to a variable. Absent: every text may refer to all. */
export type MayRefer = (reference: { name: string; path: Path; text: string }) => boolean

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * Replaces ${NAME} and ${NAME:-default} inside string values of the parsed document, so that what a variable
 * holds stays one string whatever it looks like. Returns what was used, and the references that could not be replaced.
 */
export function interpolate(
  root: unknown,
  env: NodeJS.ProcessEnv,
  mayRefer: MayRefer = () => true,
): { used: UsedVariable[]; problems: VariableProblem[] } {
  const problems: VariableProblem[] = []
  const used = new Map<string, UsedVariable>()
  visitTexts(root, (node, path) => {
    const text = node.value
    node.value = text.replace(reference, (whole, name: string, fallback: string | undefined) => {
      if (!mayRefer({ name, path, text })) {
        problems.push({ name, node, path, kind: 'refused' })
        return whole
      }
      const value = env[name]
      const found = value !== undefined && (value !== '' || fallback === undefined) ? value : fallback
      if (found === undefined) {
        problems.push({ name, node, path, kind: 'missing' })
        return whole
      }
      used.set(`${name} ${found}`, { name, value: found })
      return found
    })
  })
  return { used: [...used.values()], problems }
}

/** The texts of a parsed document that refer to variables, each with its path (places in lists as `[]`) and names. */
export function referencesOf(root: unknown): { place: string; text: string; names: string[] }[] {
  const found: { place: string; text: string; names: string[] }[] = []
  visitTexts(root, (node, path) => {
    const names = namesIn(node.value)
    if (names.length > 0) found.push({ place: placeOf(path), text: node.value, names })
  })
  return found
}

/** The variables that a text refers to. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(reference)].map((match) => match[1]!)
}

/** A path without the places in lists: cameras.[].url */
export function placeOf(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? '[]' : part)).join('.')
}

function visitTexts(root: unknown, look: (node: Node & { value: string }, path: Path) => void): void {
  const visit = (node: unknown, path: Path): void => {
    if (isMap(node)) {
      for (const pair of node.items)
        visit(pair.value, [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)])
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        visit(item, [...path, index])
      })
    } else if (isScalar(node) && typeof node.value === 'string') look(node as Node & { value: string }, path)
  }
  visit(root, [])
}
