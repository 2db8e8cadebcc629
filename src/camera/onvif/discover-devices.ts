import { randomUUID } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { type Clock, systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { type FoundDevice, readProbeMatches } from './probe-match.ts'

export interface UdpTarget {
  readonly address: string
  readonly port: number
}

export interface DiscoverOptions {
  /** How long to collect answers, milliseconds. */
  readonly timeoutMs?: number
  /** IPv4 addresses of this machine to ask from. Default: every one that is up and not loopback. */
  readonly interfaces?: readonly string[]
  /** Where to ask. Default: the multicast group; a unicast address reaches a device in another subnet. */
  readonly targets?: readonly UdpTarget[]
  readonly clock?: Clock
}

export interface Discovery {
  /** By address, then endpoint. */
  readonly devices: readonly FoundDevice[]
  /** Answers that could not be read. */
  readonly unreadable: number
  /** Answers beyond the most that are kept. */
  readonly overLimit: number
}

export const discoveryPort = 3702
const multicast: UdpTarget = { address: '239.255.255.250', port: discoveryPort }
const mostDevices = 256
const longestAnswerBytes = 32_768
/** UDP loses datagrams: WS-Discovery has each probe sent twice. */
const repeatAfterMs = 250

/**
 * Asks by WS-Discovery who is there, from each network interface, and collects answers until the time is over.
 * A device that answers several times, or on several interfaces, is listed once.
 *
 * @throws AppError CAMERA_UNREACHABLE when no interface could send, API_BAD_REQUEST for an interface that this
 *   machine does not have
 */
export async function discoverDevices(options: DiscoverOptions = {}): Promise<Discovery> {
  const { timeoutMs = 5000, targets = [multicast], clock = systemClock } = options
  const devices = new Map<string, FoundDevice>()
  const reading: Promise<void>[] = []
  let unreadable = 0
  let overLimit = 0
  let answers = 0
  const take = async (message: Buffer, { address }: RemoteInfo) => {
    try {
      for (const device of await readProbeMatches(message.toString('utf8'), address)) {
        if (devices.has(device.endpoint)) continue
        if (devices.size >= mostDevices) overLimit++
        else devices.set(device.endpoint, device)
      }
    } catch {
      unreadable++
    }
  }
  const onMessage = (message: Buffer, from: RemoteInfo) => {
    // Each device answers each of the probes on each interface; beyond that somebody floods.
    if (++answers > mostDevices * 16) overLimit++
    else if (message.length > longestAnswerBytes) unreadable++
    else reading.push(take(message, from))
  }
  const sockets = await openSockets(options.interfaces, targets)
  const failures: unknown[] = []
  const ask = async () => {
    for (const socket of sockets)
      for (const target of targets)
        for (const probe of probes) await send(socket, probe(), target).catch((error) => failures.push(error))
  }
  try {
    for (const socket of sockets) socket.on('message', onMessage)
    await ask()
    if (failures.length === sockets.length * targets.length * probes.length)
      throw new AppError('CAMERA_UNREACHABLE', `no probe could be sent: ${reasonOf(failures[0])}`)
    const again = clock.after(Math.min(repeatAfterMs, timeoutMs / 2), () => void ask())
    await new Promise<void>((resolve) => clock.after(timeoutMs, resolve))
    again()
  } finally {
    for (const socket of sockets) socket.close()
  }
  await Promise.all(reading)
  const order = new Intl.Collator('en', { numeric: true })
  const listed = [...devices.values()].sort(
    (a, b) => order.compare(a.address, b.address) || order.compare(a.endpoint, b.endpoint),
  )
  return { devices: listed, unreadable, overLimit }
}

/** One socket an interface, so that each network is asked and not only the one of the default route. */
async function openSockets(
  wanted: readonly string[] | undefined,
  targets: readonly UdpTarget[],
): Promise<readonly Socket[]> {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const unknown = wanted?.find((address) => !own.some((known) => known.address === address))
  if (unknown !== undefined) {
    const known = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
    throw new AppError(
      'API_BAD_REQUEST',
      `interface ${unknown}: this machine has ${known.join(', ') || 'no IPv4 address'}`,
    )
  }
  const isMulticast = targets.some(({ address }) => address === multicast.address)
  const up = own
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map((known) => known.address)
  const addresses = wanted ?? (isMulticast && up.length > 0 ? up : ['0.0.0.0'])
  const opened = await Promise.allSettled(addresses.map((address) => openSocket(address, isMulticast)))
  const sockets = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  if (sockets.length > 0) return sockets
  const failed = opened.find((result) => result.status === 'rejected')
  throw new AppError('CAMERA_UNREACHABLE', `no network interface can be used: ${reasonOf(failed?.reason)}`)
}

function openSocket(address: string, isMulticast: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject)
    socket.bind(0, address, () => {
      try {
        if (isMulticast && address !== '0.0.0.0') socket.setMulticastInterface(address)
      } catch (error) {
        socket.close()
        return reject(error)
      }
      socket.off('error', reject)
      // What goes wrong later is told by the sending.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function send(socket: Socket, probe: string, { address, port }: UdpTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    try {
      socket.send(probe, port, address, (error) => (error ? reject(error) : resolve()))
    } catch (error) {
      // Closed in the meantime.
      reject(error)
    }
  })
}

const reasonOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : 'unknown reason')

/** Some devices answer to the one type only, some to the other. */
const probes = [
  () => probeFor('http://www.onvif.org/ver10/network/wsdl', 'NetworkVideoTransmitter'),
  () => probeFor('http://www.onvif.org/ver10/device/wsdl', 'Device'),
]

function probeFor(namespace: string, type: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"',
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"',
    ` xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:t="${namespace}">`,
    `<e:Header><w:MessageID>urn:uuid:${randomUUID()}</w:MessageID>`,
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>',
    '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>',
    `<e:Body><d:Probe><d:Types>t:${type}</d:Types></d:Probe></e:Body></e:Envelope>`,
  ].join('')
}
