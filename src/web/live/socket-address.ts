import { addressOf } from '../api/address.ts'

/** The address of a socket of the server that this page came from. */
export function socketAddress(path: string): string {
  const address = new URL(addressOf(path), location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return address.href
}
