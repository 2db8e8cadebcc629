const schemes = ['rtsp', 'rtsps', 'http', 'https'] as const
const accepted = `${schemes.map((scheme) => `${scheme}://`).join(', ')} or the path of a file`
const schemeOf = /^\s*([a-z][a-z0-9+.-]{1,30}):/i

/**
 * What is wrong with the address of a camera, such that no connection could ever be tried; null when nothing is. The
 * address itself is never repeated: it may hold a password.
 */
export function cameraUrlProblem(url: string): string | null {
  if (url.trim() === '') return `is empty; accepted: ${accepted}`
  if (url !== url.trim()) return 'begins or ends with a space'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(url)) return 'holds a control character, such as the end of a line'
  const scheme = schemeOf.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) return null
  const known = schemes.some((name) => name === scheme)
  const slashes = url.slice(url.indexOf(':') + 1).startsWith('//')
  if (scheme === 'file') return fileProblem(url)
  if (known && !slashes) return `${scheme}: needs two slashes and a host: ${scheme}://host/path`
  // A name with a colon and no slashes may be a file.
  if (!slashes) return null
  if (!known) return `${scheme}:// is not supported; accepted: ${accepted}`
  return networkProblem(url)
}

function networkProblem(url: string): string | null {
  if (!URL.canParse(url)) {
    const port = /^[^/]*\/\/(?:.*@)?(?:\[[^\]]*\]|[^:/?#[\]]*):(\d*[^/?#]*)/.exec(url)?.[1]
    const number = port !== undefined && /^\d+$/.test(port) ? Number(port) : null
    if (number !== null && number > 65_535) return 'the port is above 65535'
    return 'is not a valid address; write special characters of the password as %XX (@ %40, : %3A, / %2F, # %23, ? %3F)'
  }
  const { hostname, port } = new URL(url)
  if (hostname === '') return 'has no host'
  if (port === '0') return 'port 0 cannot be connected to'
  // What is parsed as a host holds a part of a password with reserved characters, or a mistake.
  if (!/^(\[[0-9a-f:.]+\]|[\p{L}\p{N}._~%-]+)$/iu.test(hostname)) return 'the host is not valid'
  return null
}

function fileProblem(url: string): string | null {
  if (!/^file:\/\//i.test(url)) return 'a file is written as its path, or as file:///path'
  if (!URL.canParse(url)) return 'is not a valid address of a file; write its path'
  const { hostname, pathname } = new URL(url)
  if (hostname !== '' && hostname !== 'localhost')
    return 'a file of another host cannot be read; write file:///path with three slashes, or the path'
  if (/%2f|%00/i.test(pathname) || !canDecode(pathname)) return 'is not a valid path; write the path itself'
  return null
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
