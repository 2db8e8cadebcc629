/** An address without its password, and the password as it stood in it. */
export interface SplitAddress {
  readonly url: string
  readonly user: string | null
  /** Percent-encoded, as it belongs into an address. */
  readonly password: string | null
}

const network = /^((?:rtsps?|https?):\/\/)(.*)$/is

/** Takes the login out of the address of a camera. The last @ before the path ends it: people write passwords unescaped. */
export function splitAddress(text: string): SplitAddress {
  const [, scheme, rest] = network.exec(text) ?? []
  const at = rest?.lastIndexOf('@') ?? -1
  if (scheme === undefined || rest === undefined || at < 0) return { url: text, user: null, password: null }
  const login = rest.slice(0, at)
  const colon = login.indexOf(':')
  const user = colon < 0 ? login : login.slice(0, colon)
  const password = colon < 0 ? null : reencoded(login.slice(colon + 1))
  return { url: `${scheme}${rest.slice(at + 1)}`, user: reencoded(user), password }
}

/** The address with a user and, in place of the password, a text such as a reference to a variable. */
export function withLogin(url: string, user: string | null, password: string | null): string {
  if (user === null) return url
  const login = password === null ? user : `${user}:${password}`
  return url.replace(network, (_all, scheme: string, rest: string) => `${scheme}${login}@${rest}`)
}

/** Whether an address has a place for a login. */
export const isNetwork = (url: string) => network.test(url)

/** A user or password as somebody types it, as it may stand in an address and in a file of variables. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The same for a part of an address, in which some or all may be percent-encoded already. */
function reencoded(text: string): string {
  try {
    return encoded(decodeURIComponent(text))
  } catch {
    return encoded(text)
  }
}
