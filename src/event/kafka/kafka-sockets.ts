import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'

export interface KafkaSockets {
  /** Seed brokers in the form that kafkajs can split; see below. */
  readonly brokers: string[]
  readonly factory: ISocketFactory
  /** Ends every socket at once and opens no other: what kafkajs still tries then fails quickly. */
  destroy(): void
}

const keepAliveMs = 30_000

/**
 * The sockets of one Kafka client, so that it can be thrown away whole: kafkajs's own disconnect waits for answers
 * and its retries would open new connections. kafkajs also cuts seed brokers at the first colon; addresses of IPv6
 * get a stand-in name, which is turned back here.
 */
export function createKafkaSockets(brokers: readonly string[]): KafkaSockets {
  const open = new Set<Socket>()
  const standIns = new Map<string, string>()
  let ended = false

  const seeds = brokers.map((broker, index) => {
    const ipv6 = /^\[(.+)\]:(\d+)$/.exec(broker)
    if (!ipv6) return broker
    const name = `ipv6-${index}.invalid`
    standIns.set(name, ipv6[1]!)
    return `${name}:${ipv6[2]}`
  })

  return {
    brokers: seeds,
    factory({ host: named, port, ssl, onConnect }) {
      if (ended) throw new Error('this Kafka client was closed')
      const host = standIns.get(named) ?? named
      const tls = ssl as ConnectionOptions | null
      const socket = tls
        ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...tls }, onConnect)
        : connectTcp({ host, port }, onConnect)
      socket.setKeepAlive(true, keepAliveMs)
      socket.setNoDelay(true)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    destroy() {
      ended = true
      // With an error, because kafkajs rejects what waits for an answer only then.
      for (const socket of open) socket.destroy(new Error('this Kafka client was closed'))
    },
  }
}
