import { AppError } from '../../core/errors.ts'
import type { FoundDevice } from './probe-match.ts'

/** Where a device's ONVIF service is. */
export interface DeviceAddress {
  /** Name or IP address; IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly path: string
  readonly secure: boolean
}

const servicePath = '/onvif/device_service'

/**
 * The address that somebody typed: `HOST`, `HOST:PORT` or an http(s) URL of the device service.
 *
 * @throws AppError API_BAD_REQUEST, never with what was typed in it when that holds a login
 */
export function parseDeviceAddress(text: string): DeviceAddress {
  const written = /^https?:\/\//i.test(text) ? text : `http://${text}`
  if (written.includes('@'))
    throw new AppError('API_BAD_REQUEST', 'the address holds a login: give the user with --user')
  if (!URL.canParse(written))
    throw new AppError('API_BAD_REQUEST', `${text}: give HOST, HOST:PORT or the http address of the device`)
  return addressOf(new URL(written))
}

/**
 * The service address of a discovered device that may be given a password: only one at the very address that
 * answered, so that no answer can lead us, and our login, elsewhere. Plain http goes first, because cameras
 * hardly ever have a certificate that can be checked, and the password is never sent as such.
 */
export function serviceOf({ address, xaddrs }: FoundDevice): DeviceAddress | null {
  const own = xaddrs.map((text) => addressOf(new URL(text))).filter(({ host }) => host === address)
  return own.find(({ secure }) => !secure) ?? own[0] ?? null
}

/** As people write it: `192.0.2.7` or `192.0.2.7:8000`. */
export function addressText({ host, port, secure }: DeviceAddress): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`
}

function addressOf(url: URL): DeviceAddress {
  const secure = url.protocol === 'https:'
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: url.pathname === '/' ? servicePath : url.pathname,
    secure,
  }
}
