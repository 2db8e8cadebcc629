import { isIP } from 'node:net'
import { WrongValue } from './wrong-value.ts'

export interface HostPort {
  readonly address: string
  readonly port: number
}

/** Reads HOST or HOST:PORT. */
export function hostPort(usualPort: number): (text: string) => HostPort {
  return (text) => {
    const [, address = '', digits = `${usualPort}`] = /^([^\s:@/]+)(?::(\d{1,5}))?$/.exec(text) ?? []
    const port = Number(digits)
    if (address !== '' && port >= 1 && port <= 65_535) return { address, port }
    throw new WrongValue('give HOST or HOST:PORT')
  }
}

/** Reads the address of a network interface. */
export function ipAddress(text: string): string {
  if (isIP(text) !== 0) return text
  throw new WrongValue('give an IP address of this machine, such as 192.0.2.7')
}
