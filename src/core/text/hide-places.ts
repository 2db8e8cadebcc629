const place =
  /(?<![\w:/.\\-])(?:file:(?:\/\/)?)?(?:[A-Za-z]:)?[\\/](?!api\/v1\/)(?:[^\s\\/'"`:,;()]+[\\/])+([^\s\\/'"`:,;()]*)/g

/** The text with the names of files in place of where they are on this machine. Addresses stay, and paths of the API. */
export function hidePlaces(text: string): string {
  return text.replace(place, (_all, name: string) => name)
}
