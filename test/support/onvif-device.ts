import { createHash } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { listen } from './listen.ts'
import {
  dateAndTime,
  envelope,
  type FakeMedia,
  type FakeProfile,
  fromXml,
  probeMatch,
  profile1,
  profile2,
  servicesOf,
  toXml,
} from './onvif-answers.ts'

export interface OnvifDeviceOptions {
  /** As it stands in the scopes: percent-encoded. */
  readonly name?: string
  readonly user?: string
  readonly password?: string
  /** By how much the device's clock is ahead of this machine's. */
  readonly clockOffsetMs?: number
  /** Which media services it states. `broken2` states both and fails in the newer. */
  readonly media?: FakeMedia
  /** Older devices know GetCapabilities only. */
  readonly hasGetServices?: boolean
  /** Some devices want a login even for their time, against the specification. */
  readonly guardsTime?: boolean
  /** How it takes logins for SOAP. */
  readonly login?: 'token' | 'digest'
  readonly manner?: 'well' | 'garbage' | 'silent' | 'endless' | 'drip' | 'cut'
  /** What it answers to a probe instead of a probe match. */
  readonly probeAnswer?: string
  readonly snapshot?: 'digest' | 'basic' | 'open' | 'text' | 'elsewhere'
  readonly profiles?: readonly FakeProfile[]
  /** Further service addresses in its probe match, before its own. */
  readonly otherXaddrs?: readonly string[]
  /** Joins the group on the loopback interface and answers to the port of WS-Discovery. */
  readonly joinsGroup?: boolean
}

export interface OnvifDevice {
  readonly httpPort: number
  readonly udpPort: number
  /** `127.0.0.1:PORT` of its HTTP server. */
  readonly address: string
  readonly target: { readonly address: string; readonly port: number }
  /** What it was asked, in order: `GetProfiles ver10`, `snapshot`, `probe`. */
  readonly asked: readonly string[]
  /** Logins that it refused. */
  readonly refusals: readonly string[]
  /** Authorization headers that came with snapshots. */
  readonly authorizations: readonly string[]
  close(): Promise<void>
}

/** A picture of 8 by 8 grey pixels. */
export const jpeg = Buffer.from(
  [
    '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAg+Pkk+SVVVVVVVVWRdZGhoaGRkZGRoaGhwcHCD',
    'g4NwcHBoaHBwfHyDg4+Tj4eHg4eTk5ubm7q6srLZ2eD/////xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAA',
    'AAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgACAAIAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8A',
    'AA//2Q==',
  ].join(''),
  'base64',
)

const toleranceMs = 10_000
const md5 = (value: string) => createHash('md5').update(value).digest('hex')

export const twoStreams: readonly FakeProfile[] = [
  {
    token: '01.0',
    name: 'mainStream',
    encoding: 'H264',
    widthPx: 2560,
    heightPx: 1440,
    fps: 25,
    streamUri: 'rtsp://127.0.0.1:554/Streaming/Channels/101?transportmode=unicast&profile=01.0',
  },
  {
    token: 'a&b<2>',
    name: 'subStream',
    encoding: 'H264',
    widthPx: 640,
    heightPx: 360,
    fps: 12,
    streamUri: 'rtsp://viewer:leaked@127.0.0.1:554/Streaming/Channels/102',
  },
  {
    token: 'thumb',
    name: 'thumb',
    encoding: 'H264',
    widthPx: 160,
    heightPx: 90,
    fps: 5,
    streamUri: 'rtsp://127.0.0.1:554/thumb',
  },
  {
    token: 'still',
    name: 'still',
    encoding: 'JPEG',
    widthPx: 640,
    heightPx: 360,
    fps: 5,
    streamUri: 'rtsp://127.0.0.1:554/still',
  },
  { token: 'audio', name: 'audio only', encoding: null, streamUri: 'rtsp://127.0.0.1:554/audio' },
]

/**
 * A device that speaks real WS-Discovery over UDP and real SOAP over HTTP, and that checks logins as devices do:
 * password digests over nonce and time, a time near its own clock, no nonce twice.
 */
export async function startOnvifDevice(options: OnvifDeviceOptions = {}): Promise<OnvifDevice> {
  const {
    name = 'Yard%20Cam',
    user = 'viewer',
    password = 'pa55 word',
    clockOffsetMs = 0,
    media = 'media',
    hasGetServices = true,
    login = 'token',
    manner = 'well',
    snapshot = 'digest',
    profiles = twoStreams,
  } = options
  const asked: string[] = []
  const refusals: string[] = []
  const authorizations: string[] = []
  const nonces = new Set<string>()
  const sockets = new Set<{ destroy(): void }>()
  const endings: (() => void)[] = []
  const nowMs = () => Date.now() + clockOffsetMs

  /** Why the SOAP header is refused; null when it is fine. */
  function tokenFault(xml: string): string | null {
    const part = (tag: string) => fromXml(new RegExp(`<${tag}[^>]*>([^<]*)</${tag}>`).exec(xml)?.[1] ?? '')
    const [nonce, created] = [part('Nonce'), part('Created')]
    if (nonce === '') return 'no token'
    if (nonces.has(nonce)) return 'replayed'
    nonces.add(nonce)
    if (!(Math.abs(Date.parse(created) - nowMs()) < toleranceMs)) return `time ${created}`
    const digest = createHash('sha1')
      .update(Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(created + password, 'utf8')]))
      .digest('base64')
    return part('Username') === user && part('Password') === digest ? null : 'wrong login'
  }

  function digestFault(header: string, method: string, uri: string): string | null {
    const field = (key: string) => new RegExp(`\\b${key}="?([^",]*)"?`).exec(header)?.[1] ?? ''
    const ha1 = md5(`${user}:device:${password}`)
    const ha2 = md5(`${method}:${uri}`)
    const expected = md5(`${ha1}:${field('nonce')}:${field('nc')}:${field('cnonce')}:auth:${ha2}`)
    if (field('nonce') !== 'abc123' || field('uri') !== uri) return 'wrong challenge'
    return field('username') === user && field('response') === expected ? null : 'wrong login'
  }
  const challenge = 'Digest realm="device", qop="auth", nonce="abc123", algorithm=MD5'

  async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith('/snapshot')) return onSnapshot(request, response)
    const xml = await text(request)
    const [, action = '', version = '', service = ''] =
      /<(\w+) xmlns="http:\/\/www\.onvif\.org\/(ver\d+)\/(\w+)\/wsdl"/.exec(xml.slice(xml.indexOf('Body'))) ??
      []
    asked.push(`${action} ${version}`)
    if (manner === 'silent') return
    if (manner === 'garbage') return void response.end('<html><title>Router</title>&nope;</html>')
    if (manner === 'cut') {
      response.writeHead(200, { 'content-length': 5000 }).write(envelope('<tds:Get'))
      return void setImmediate(() => response.destroy())
    }
    if (manner === 'drip') {
      const dripping = setInterval(() => response.write(' '), 20)
      return void response.on('close', () => clearInterval(dripping))
    }
    if (manner === 'endless') {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      return more()
    }
    if (action !== 'GetSystemDateAndTime' || options.guardsTime) {
      const authorization = request.headers.authorization
      if (login === 'digest' && authorization === undefined)
        return void response.writeHead(401, { 'www-authenticate': challenge }).end()
      const why =
        login === 'digest' ? digestFault(authorization!, 'POST', request.url ?? '') : tokenFault(xml)
      if (why !== null) {
        refusals.push(why)
        if (login === 'digest') return void response.writeHead(401, { 'www-authenticate': challenge }).end()
        return fault(response, 'ter:NotAuthorized', 'Sender not authorized')
      }
    }
    const answer = answerTo(action, `${service} ${version}`, xml)
    if (answer === null) return fault(response, 'ter:ActionNotSupported', 'Optional Action Not Implemented')
    response.writeHead(200, { 'content-type': 'application/soap+xml; charset=utf-8' }).end(envelope(answer))
  }

  function answerTo(action: string, service: string, xml: string): string | null {
    const base = `http://127.0.0.1:${httpPort}/onvif`
    const token = fromXml(/<ProfileToken>([^<]*)</.exec(xml)?.[1] ?? '')
    const profile = profiles.find((candidate) => candidate.token === token)
    const isNew = service === 'media ver20'
    if (isNew && media !== 'media2') return null
    switch (action) {
      case 'GetSystemDateAndTime':
        return dateAndTime(new Date(nowMs()))
      case 'GetServices':
        return hasGetServices ? servicesOf(base, media) : null
      case 'GetCapabilities':
        return `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>${base}/device_service</tt:XAddr></tt:Device><tt:Media><tt:XAddr>${base}/media_service</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>`
      case 'GetDeviceInformation':
        return '<tds:GetDeviceInformationResponse><tds:Manufacturer>ACME</tds:Manufacturer><tds:Model>X-100</tds:Model><tds:FirmwareVersion>5.10</tds:FirmwareVersion><tds:SerialNumber>0042</tds:SerialNumber><tds:HardwareId>1.0</tds:HardwareId></tds:GetDeviceInformationResponse>'
      case 'GetProfiles':
        return isNew
          ? `<tr2:GetProfilesResponse>${profiles.map(profile2).join('')}</tr2:GetProfilesResponse>`
          : `<trt:GetProfilesResponse>${profiles.map(profile1).join('')}</trt:GetProfilesResponse>`
      case 'GetStreamUri':
        if (!profile) return null
        return isNew
          ? `<tr2:GetStreamUriResponse><tr2:Uri>${toXml(profile.streamUri)}</tr2:Uri></tr2:GetStreamUriResponse>`
          : `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${toXml(profile.streamUri)}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:Timeout>PT60S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>`
      case 'GetSnapshotUri': {
        const host = snapshot === 'elsewhere' ? '192.0.2.99' : '127.0.0.1'
        const uri = toXml(`http://${host}:${httpPort}/snapshot?profile=${encodeURIComponent(token)}&n=1`)
        return isNew
          ? `<tr2:GetSnapshotUriResponse><tr2:Uri>${uri}</tr2:Uri></tr2:GetSnapshotUriResponse>`
          : `<trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>${uri}</tt:Uri></trt:MediaUri></trt:GetSnapshotUriResponse>`
      }
      default:
        return null
    }
  }

  async function onSnapshot(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await buffer(request)
    asked.push(`snapshot ${new URL(request.url ?? '', 'http://x').searchParams.get('profile')}`)
    const { authorization } = request.headers
    if (authorization !== undefined) authorizations.push(authorization)
    const isBasic = snapshot === 'basic'
    const wants = isBasic ? 'Basic realm="device"' : challenge
    const fine =
      snapshot === 'open' ||
      snapshot === 'text' ||
      (authorization !== undefined &&
        (isBasic
          ? authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
          : digestFault(authorization, 'GET', request.url ?? '') === null))
    if (!fine) return void response.writeHead(401, { 'www-authenticate': wants }).end()
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(snapshot === 'text' ? 'no picture' : jpeg)
  }

  const server = createServer((request, response) => {
    onRequest(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await listen(server)
  const httpPort = (server.address() as AddressInfo).port

  const udp = await bind(options.joinsGroup === true)
  udp.on('message', (message, from) => {
    const probe = message.toString()
    const id = /MessageID[^>]*>([^<]+)</.exec(probe)?.[1]
    if (id === undefined || !/Probe/.test(probe)) return
    asked.push('probe')
    const xaddrs = [...(options.otherXaddrs ?? []), `http://127.0.0.1:${httpPort}/onvif/device_service`]
    udp.send(options.probeAnswer ?? probeMatch({ id, name, xaddrs, httpPort }), from.port, from.address)
  })
  endings.push(() => udp.close())

  const udpPort = udp.address().port
  return {
    httpPort,
    udpPort,
    address: `127.0.0.1:${httpPort}`,
    target: { address: '127.0.0.1', port: udpPort },
    asked,
    refusals,
    authorizations,
    async close() {
      for (const end of endings) end()
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function bind(joinsGroup: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: joinsGroup })
    socket.once('error', reject)
    socket.bind(joinsGroup ? 3702 : 0, joinsGroup ? '0.0.0.0' : '127.0.0.1', () => {
      try {
        if (joinsGroup) socket.addMembership('239.255.255.250', '127.0.0.1')
        resolve(socket)
      } catch (error) {
        socket.close()
        reject(error)
      }
    })
  })
}

function fault(response: ServerResponse, code: string, reason: string): void {
  const body = `<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>${code}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">${reason}</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>`
  response.writeHead(400, { 'content-type': 'application/soap+xml' }).end(envelope(body))
}
