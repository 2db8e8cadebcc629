const line = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/

/** A file of variables with these passwords; what it held under other names stays. */
export function variablesText(before: string | null, passwords: ReadonlyMap<string, string>): string {
  const kept =
    before === null
      ? [
          '# Passwords of the cameras, percent-encoded (@ is %40), for its owner alone. Vireo reads it beside its configuration.',
        ]
      : before
          .trimEnd()
          .split('\n')
          .filter((text) => !passwords.has(line.exec(text)?.[1] ?? ''))
  return `${[...kept, ...[...passwords].map(([name, value]) => `${name}=${value}`)].join('\n')}\n`
}
