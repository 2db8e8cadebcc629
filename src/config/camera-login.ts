// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a message shows how a variable is written
import { cameraUrlProblem } from './check/camera-url.ts'
import { refusePassword } from './check/refuse-password.ts'

/** An address without its password, and the password as it stood in it. */
export interface SplitAddress {
  readonly url: string
  readonly user: string | null
  /** Percent-encoded, as it belongs into an address. */
  readonly password: string | null
  /** The variable that stands in place of the password: ${NAME}. */
  readonly variable: string | null
}

const network = /^((?:rtsps?|https?):\/\/)(.*)$/is

/** Takes the login out of the address of a camera. The last @ before the path ends it: people write passwords unescaped. */
export function splitAddress(text: string): SplitAddress {
  const [, scheme, rest] = network.exec(text) ?? []
  const at = rest?.lastIndexOf('@') ?? -1
  if (scheme === undefined || rest === undefined || at < 0)
    return { url: text, user: null, password: null, variable: null }
  const login = rest.slice(0, at)
  const colon = login.indexOf(':')
  const user = colon < 0 ? login : login.slice(0, colon)
  const secret = colon < 0 ? null : login.slice(colon + 1)
  const variable = /^\$\{([A-Za-z_]\w*)\}$/.exec(secret ?? '')?.[1] ?? null
  const password = secret === null || variable !== null ? null : reencoded(secret)
  return { url: `${scheme}${rest.slice(at + 1)}`, user: reencoded(user), password, variable }
}

/** What is wrong with an address that somebody typed, login and all; null when nothing is. */
export function addressProblem(text: string): string | null {
  const { url } = splitAddress(text)
  const problem = cameraUrlProblem(url)
  if (problem) return problem
  try {
    refusePassword(url)
    return null
  } catch {
    return 'holds a password after the host, which would stand in the configuration: write ${NAME} in its place, and NAME=… into vireo.env'
  }
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
