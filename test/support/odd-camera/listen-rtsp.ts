import { connect } from 'node:net'

export interface HeardPacket {
  readonly track: number
  readonly kind: 'rtp' | 'rtcp'
  readonly atMs: number
  readonly bytes: Buffer
  /** Sequence number and timestamp of a packet of media. */
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  /** Seconds of the camera's clock, of a sender report. */
  readonly clockS: number
}

export interface Heard {
  /** Status of each answer by method; of one without an answer nothing. */
  readonly answers: Readonly<Record<string, number>>
  readonly sdp: string
  readonly packets: readonly HeardPacket[]
}

/** A client that only writes down what a camera sends over TCP, until it ends the connection or for `forMs`. */
export function listenRtsp(
  url: string,
  options: { forMs: number; transport?: 'tcp' | 'udp' },
): Promise<Heard> {
  const { forMs, transport = 'tcp' } = options
  const { hostname, port } = new URL(url)
  const answers: Record<string, number> = {}
  const packets: HeardPacket[] = []
  let sdp = ''
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    const timer = setTimeout(() => socket.destroy(), forMs)
    let sequence = 0
    let asked = ''
    let tracks: string[] = []
    let bytes = Buffer.alloc(0)
    const ask = (method: string, path = '', header = '') => {
      asked = method
      sequence += 1
      socket.write(`${method} ${url}${path} RTSP/1.0\r\nCSeq: ${sequence}\r\n${header}\r\n`)
    }
    const way = (track: number) =>
      transport === 'tcp'
        ? `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1}`
        : 'RTP/AVP;unicast;client_port=40000-40001'
    let ready = 0
    const answered = (status: number, body: string) => {
      answers[asked] = status
      if (status !== 200) return socket.destroy()
      if (asked === 'OPTIONS') return ask('DESCRIBE')
      if (asked === 'DESCRIBE') {
        sdp = body
        tracks = [...body.matchAll(/^a=control:(\w+)/gm)].map(([, name]) => name!)
      }
      if (asked === 'SETUP') ready += 1
      if (ready < tracks.length && asked !== 'PLAY')
        return ask('SETUP', `/${tracks[ready]}`, `Transport: ${way(ready)}\r\n`)
      if (asked === 'SETUP') ask('PLAY')
    }
    socket.on('connect', () => ask('OPTIONS'))
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        if (bytes[0] === 0x24) {
          if (bytes.length < 4 || bytes.length < 4 + bytes.readUInt16BE(2)) return
          packets.push(packetOf(bytes[1]!, bytes.subarray(4, 4 + bytes.readUInt16BE(2))))
          bytes = bytes.subarray(4 + bytes.readUInt16BE(2))
          continue
        }
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) return
        const head = bytes.subarray(0, end).toString()
        const length = Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? 0)
        if (bytes.length < end + 4 + length) return
        const body = bytes.subarray(end + 4, end + 4 + length).toString()
        bytes = bytes.subarray(end + 4 + length)
        answered(Number(head.split(' ')[1]), body)
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve({ answers, sdp, packets })
    })
  })
}

function packetOf(channel: number, bytes: Buffer): HeardPacket {
  const kind = channel % 2 === 0 ? 'rtp' : 'rtcp'
  return {
    track: channel >> 1,
    kind,
    atMs: performance.now(),
    bytes,
    sequence: kind === 'rtp' ? bytes.readUInt16BE(2) : 0,
    timestamp: bytes.readUInt32BE(kind === 'rtp' ? 4 : 16),
    ssrc: bytes.readUInt32BE(kind === 'rtp' ? 8 : 4),
    clockS: kind === 'rtp' ? 0 : bytes.readUInt32BE(8),
  }
}
