import { effect, type Signal, signal } from '@preact/signals'

/** A choice of the person at this browser, kept there; what is kept but is no choice any more is forgotten. */
export function kept<T extends string>(name: string, choices: readonly T[], otherwise: T): Signal<T> {
  const value = signal(read(name, choices) ?? otherwise)
  effect(() => write(name, value.value))
  return value
}

const keyOf = (name: string) => `vireo.${name}`

function read<T extends string>(name: string, choices: readonly T[]): T | undefined {
  try {
    const found = localStorage.getItem(keyOf(name))
    return choices.find((choice) => choice === found)
  } catch {
    // A browser may refuse to keep anything, and a test has none.
    return undefined
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(keyOf(name), value)
  } catch {
    // See read.
  }
}
