/** The labels that somebody has typed, with commas between; each once. */
export function typedLabels(typed: string): string[] {
  const parts = typed.split(/[,，、]/).map((part) => part.trim())
  return [...new Set(parts.filter((part) => part !== ''))]
}

/** What is being typed: behind the last comma. */
const open = (typed: string): string =>
  typed
    .split(/[,，、]/)
    .at(-1)!
    .trim()
    .toLowerCase()

/** Labels that what is being typed may mean, the most frequent first; those that begin so before those that hold it. */
export function suggestLabels(typed: string, labels: readonly string[], most = 9): string[] {
  const part = open(typed)
  const taken = new Set(typedLabels(typed).slice(0, part === '' ? undefined : -1))
  const free = labels.filter((label) => !taken.has(label))
  const begins = free.filter((label) => label.toLowerCase().startsWith(part))
  const holds = free.filter((label) => !begins.includes(label) && label.toLowerCase().includes(part))
  return [...begins, ...holds].slice(0, most)
}

/** What is typed with the chosen label in place of what was being typed. */
export function takeLabel(typed: string, label: string): string {
  const done = typedLabels(typed)
  if (open(typed) !== '') done.pop()
  return [...done.filter((each) => each !== label), label].join(', ')
}

/**
 * What Enter means: the labels as they were typed, but for the last, which is completed where it is the beginning of a
 * known one and none itself.
 */
export function meantLabels(typed: string, labels: readonly string[]): string[] {
  const given = typedLabels(typed)
  const last = given.at(-1)
  if (last === undefined || labels.includes(last) || open(typed) === '') return given
  const same = labels.find((label) => label.toLowerCase() === last.toLowerCase())
  const begins = suggestLabels(last, labels).filter((label) =>
    label.toLowerCase().startsWith(last.toLowerCase()),
  )
  const meant = same ?? (begins.length > 0 ? begins[0]! : last)
  return [...new Set([...given.slice(0, -1), meant])]
}
