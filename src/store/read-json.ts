/** The object or array in a text of JSON; null when it cannot be read, as after damage on the disk. */
export function readJson<T extends object>(text: unknown): T | null {
  try {
    const value: unknown = JSON.parse(String(text))
    return typeof value === 'object' ? (value as T) : null
  } catch {
    return null
  }
}
