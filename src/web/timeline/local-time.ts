/** As a field for day and time wants it: of this place, to the second. */
export function localTime(atMs: number): string {
  const at = new Date(atMs)
  return new Date(atMs - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
