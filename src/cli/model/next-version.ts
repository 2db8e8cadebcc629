/** 1.4.0 → 1.5.0; what follows on a hyphen or a plus is left out. */
export function nextVersion(version: string): string {
  const [major = '1', minor = '0'] = version.split(/[-+]/)[0]!.split('.')
  return `${major}.${Number(minor) + 1}.0`
}
