import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createKafkaSockets } from '../../../../src/event/kafka/kafka-sockets.ts'

const args = (broker: string) => {
  const [host, port] = broker.split(':') as [string, string]
  return { host, port: Number(port), ssl: null as never, onConnect: () => {} }
}

describe('createKafkaSockets', () => {
  it('gives addresses of IPv6 a name that kafkajs can split, and leaves others alone', () => {
    const { brokers } = createKafkaSockets(['a.site:1', '[::1]:2', '10.0.0.1:3'])
    expect(brokers).toEqual(['a.site:1', 'ipv6-1.invalid:2', '10.0.0.1:3'])
  })

  it.each(['127.0.0.1', '::1'])('connects to %s, and ends the connection with an error', async (host) => {
    const server = createServer()
    const listening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(0, host, () => resolve(true))
    })
    if (!listening) return
    const { port } = server.address() as AddressInfo
    const sockets = createKafkaSockets([host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`])
    const ended = await new Promise<Error>((resolve) => {
      const socket = sockets.factory({
        ...args(sockets.brokers[0]!),
        onConnect: () => {
          expect(socket.remoteAddress).toBe(host)
          sockets.destroy()
        },
      })
      socket.once('error', resolve)
    })
    expect(ended.message).toContain('was closed')
    expect(() => sockets.factory(args(sockets.brokers[0]!))).toThrow('was closed')
    await new Promise((resolve) => server.close(resolve))
  })
})
