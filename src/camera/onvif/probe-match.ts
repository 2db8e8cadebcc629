import { childrenOf, nodeAt, parseSoap, plainText, type SoapNode, textAt, wholeTextAt } from './soap-tree.ts'

/** What one device says of itself when asked who is there. */
export interface FoundDevice {
  /** The device's own lasting name (mostly `urn:uuid:…`). */
  readonly endpoint: string
  readonly name: string | null
  readonly hardware: string | null
  readonly location: string | null
  /** IP address from which it answered. */
  readonly address: string
  /** Addresses of its device service, without credentials; as it states them. */
  readonly xaddrs: readonly string[]
}

const mostXaddrs = 16
const scopePrefix = /^onvif:\/\/www\.onvif\.org\/(name|hardware|location)\/(.+)$/i

/**
 * The devices in one answer to a WS-Discovery probe; mostly one.
 *
 * @throws Error when it is not such an answer
 */
export async function readProbeMatches(xml: string, address: string): Promise<readonly FoundDevice[]> {
  const body = await parseSoap(xml)
  const matches = childrenOf(nodeAt(body, 'probeMatches'), 'probeMatch')
  const found = matches.map((match) => deviceOf(match, address)).filter((device) => device !== null)
  if (found.length === 0) throw new Error('no probe match in the answer')
  return found
}

function deviceOf(match: SoapNode, address: string): FoundDevice | null {
  const endpoint = textAt(match, 'endpointReference', 'address')
  if (endpoint === null) return null
  const xaddrs = words(wholeTextAt(match, 'XAddrs'))
    .map(withoutLogin)
    .filter((url) => url !== null)
  const scopes = words(wholeTextAt(match, 'scopes'))
  return {
    endpoint,
    name: scopeValue(scopes, 'name'),
    hardware: scopeValue(scopes, 'hardware'),
    location: scopeValue(scopes, 'location'),
    address,
    xaddrs: xaddrs.slice(0, mostXaddrs),
  }
}

function words(list: string): readonly string[] {
  return list.split(/\s+/).filter((word) => word !== '')
}

function withoutLogin(address: string): string | null {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  url.username = ''
  url.password = ''
  return url.href
}

function scopeValue(scopes: readonly string[], kind: string): string | null {
  for (const scope of scopes) {
    const [, name, value] = scopePrefix.exec(scope) ?? []
    if (name?.toLowerCase() === kind && value !== undefined) return plainText(decoded(value))
  }
  return null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
