import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import type { Socket } from 'node:net'
import { describe } from './describe.ts'
import type { Listener, Playout, TrackName } from './playout.ts'
import type { OddScript, Refusal, RtspMethod } from './script.ts'

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
}
const methods: readonly string[] = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'GET_PARAMETER', 'TEARDOWN']

/** Where the packets of one track go. */
type Way = (kind: 'rtp' | 'rtcp', packet: Buffer) => void

/** One client on one TCP connection: answers its requests, and sends it what the camera sends. */
export function serveRtsp(options: {
  socket: Socket
  script: OddScript
  playout: Playout
  /** What is left to refuse of each method, for all clients together. */
  refusals: Map<RtspMethod, Refusal & { left: number }>
  onRequest?: (method: string) => void
}): void {
  const { socket, script, playout, refusals, onRequest } = options
  const ways = new Map<TrackName, Way>()
  const sockets: UdpSocket[] = []
  let text = Buffer.alloc(0)
  const listener: Listener = {
    waiting: true,
    send: (track, kind, packet) => ways.get(track)?.(kind, packet),
    end: () => socket.destroy(),
  }
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('close', () => {
    playout.leave(listener)
    for (const udp of sockets) udp.close()
  })
  socket.on('data', async (bytes) => {
    text = Buffer.concat([text, bytes])
    for (;;) {
      // Receiver reports come between the requests.
      if (text[0] === 0x24 && text.length >= 4 && text.length >= 4 + text.readUInt16BE(2))
        text = text.subarray(4 + text.readUInt16BE(2))
      const end = text[0] === 0x24 ? -1 : text.indexOf('\r\n\r\n')
      if (end < 0) return
      const request = text.subarray(0, end).toString('latin1')
      text = text.subarray(end + 4)
      await answer(request)
    }
  })

  const answer = async (request: string) => {
    const [method = '', url = ''] = request.split(' ', 2)
    const sequence = /^CSeq:\s*(\d+)/im.exec(request)?.[1] ?? '0'
    onRequest?.(method)
    const say = (status: number, headers: readonly string[] = [], body = '') => {
      const lines = [`RTSP/1.0 ${status} ${reasons[status] ?? 'Odd'}`, `CSeq: ${sequence}`, ...headers]
      if (status === 401) lines.push('WWW-Authenticate: Basic realm="odd"')
      if (body !== '') lines.push(`Content-Length: ${body.length}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
    }
    const refusal = methods.includes(method) ? refusals.get(method as RtspMethod) : undefined
    if (refusal && refusal.left > 0) {
      refusal.left -= 1
      if (refusal.say === 'close') socket.destroy()
      else if (refusal.say !== 'nothing') say(refusal.say)
      return
    }
    if (method === 'OPTIONS') return say(200, [`Public: ${methods.join(', ')}`])
    if (method === 'DESCRIBE')
      return say(200, [`Content-Base: ${url}/`, 'Content-Type: application/sdp'], describe(script))
    if (method === 'SETUP') return setup(request, url, say)
    if (method === 'PLAY') {
      say(200, ['Session: 42', 'Range: npt=0.000-'])
      playout.join(listener)
    } else if (method === 'TEARDOWN') socket.end()
    else say(method === 'GET_PARAMETER' ? 200 : 501, ['Session: 42'])
  }

  const setup = async (
    request: string,
    url: string,
    say: (status: number, headers?: readonly string[]) => void,
  ) => {
    const track: TrackName = url.endsWith('sound') ? 'sound' : 'video'
    const wanted = /^Transport:\s*(.*)$/im.exec(request)?.[1] ?? ''
    const transport = /TCP/i.test(wanted) ? 'tcp' : 'udp'
    if (!(script.transports ?? ['tcp', 'udp']).includes(transport)) return say(461)
    if (transport === 'tcp') {
      const channel = Number(/interleaved=(\d+)/.exec(wanted)?.[1] ?? 0)
      ways.set(track, (kind, packet) => {
        if (!socket.writable) return
        const head = Buffer.of(
          0x24,
          channel + (kind === 'rtp' ? 0 : 1),
          packet.length >> 8,
          packet.length & 255,
        )
        socket.write(Buffer.concat([head, packet]))
      })
      return say(200, ['Session: 42', `Transport: RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`])
    }
    const [port = 0, reportPort = 0] = (/client_port=(\d+)-(\d+)/.exec(wanted) ?? []).slice(1).map(Number)
    const [rtp, rtcp] = [await openUdp(), await openUdp()]
    sockets.push(rtp, rtcp)
    ways.set(track, (kind, packet) => {
      if (socket.destroyed) return
      if (kind === 'rtp') rtp.send(packet, port, '127.0.0.1')
      else rtcp.send(packet, reportPort, '127.0.0.1')
    })
    const ports = `client_port=${port}-${reportPort};server_port=${rtp.address().port}-${rtcp.address().port}`
    say(200, ['Session: 42', `Transport: RTP/AVP/UDP;unicast;${ports}`])
  }
}

function openUdp(): Promise<UdpSocket> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)))
}
