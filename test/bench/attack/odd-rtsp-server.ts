import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Random } from '../../../src/core/random.ts'
import { mutateBytes } from './mutate.ts'

const sdp = [
  'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=odd\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\n',
  'a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LACtoHiQ==,aM4yyA==\r\na=control:t0\r\n',
].join('')
const tokens = [
  '\r\n',
  '\r\n\r\n',
  'RTSP/1.0 ',
  ' 200 ',
  ' 401 ',
  'WWW-Authenticate: Digest realm="a", nonce="b"\r\n',
  'Location: rtsp://127.0.0.1:1/\r\n',
  'Content-Length: 99999999\r\n',
  'Content-Length: -1\r\n',
  'm=audio 0 RTP/AVP 0\r\n',
  'a=',
  '$\u0000\u00ff\u00ff',
  'interleaved=0-',
  '\u001b[31m',
  '%s%n',
]

/** An RTSP server of one wrong answer after the other: one of its answers, or its packets, has something wrong. */
export async function startOddServer() {
  const streams: Random[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (first) => {
      const random = streams[Number(/\/odd(\d+)/.exec(first.toString('latin1'))?.[1])]
      if (!random) return void socket.destroy()
      serve(socket, random)
      socket.emit('data', first)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    /** Address of a stream that is wrong in this way. */
    url(random: Random): string {
      streams.push(random)
      return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/odd${streams.length - 1}`
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function serve(socket: Socket, random: Random): void {
  const wrong = random.pick(['OPTIONS', 'DESCRIBE', 'DESCRIBE', 'SETUP', 'PLAY', 'packets'])
  let text = ''
  socket.on('data', (part) => {
    text += part.toString('latin1')
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const request = text.slice(0, end)
      text = text.slice(end + 4)
      const method = request.split(' ')[0] ?? ''
      const answer = answerOf(method, /CSeq: *(\d+)/i.exec(request)?.[1] ?? '0')
      socket.write(method === wrong ? mutateBytes(answer, random, tokens) : answer)
      if (method !== 'PLAY') continue
      const packets = Buffer.concat(Array.from({ length: 40 }, (_, at) => packet(at)))
      socket.end(wrong === 'packets' ? mutateBytes(packets, random, tokens) : packets)
    }
  })
}

function answerOf(method: string, cseq: string): Buffer {
  const lines: Record<string, string> = {
    OPTIONS: 'Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n',
    DESCRIBE: `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`,
    SETUP: 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n',
    PLAY: 'Session: 1\r\nRTP-Info: url=t0;seq=0;rtptime=0\r\n\r\n',
  }
  return Buffer.from(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n${lines[method] ?? '\r\n'}`)
}

/** An RTP packet with a small slice of H.264, interleaved. */
function packet(at: number): Buffer {
  const nal = at % 10 === 0 ? [0x65, 0x88, 0x84, 0x00, 0x10] : [0x41, 0x9a, 0x02, 0x04]
  const rtp = Buffer.alloc(12)
  rtp.writeUInt8(0x80, 0)
  rtp.writeUInt8(0xe0, 1)
  rtp.writeUInt16BE(at, 2)
  rtp.writeUInt32BE(at * 3600, 4)
  const body = Buffer.concat([rtp, Buffer.from(nal)])
  return Buffer.concat([Buffer.of(0x24, 0, body.length >> 8, body.length & 255), body])
}
