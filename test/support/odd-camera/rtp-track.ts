/** The numbers of one RTP stream, and what oddities make of them. */
export interface RtpTrack {
  readonly rateHz: number
  readonly payloadType: number
  /** The packet with the next sequence number. */
  packet(payload: Buffer, ticks: number, marker: boolean): Buffer
  /** A sender report: what the camera's clock says now, and which timestamp that is. */
  report(nowMs: number, ticks: number): Buffer
  stepTimestamps(byS: number): void
  stepReports(byS: number): void
  restart(base: number): void
  jumpSequence(by: number): void
}

/** Seconds from 1900, where NTP begins, to 1970. */
const ntpOffsetS = 2_208_988_800

export function createRtpTrack(options: {
  rateHz: number
  payloadType: number
  base: number
  ssrc: number
}): RtpTrack {
  const { rateHz, payloadType } = options
  let { base, ssrc } = options
  let sequence = 65_000
  let reportShiftS = 0
  let packets = 0
  let bytes = 0
  const wrapped = (ticks: number) => (((base + Math.round(ticks)) % 2 ** 32) + 2 ** 32) % 2 ** 32
  return {
    rateHz,
    payloadType,
    packet(payload, ticks, marker) {
      const head = Buffer.alloc(12)
      head.writeUInt8(0x80, 0)
      head.writeUInt8((marker ? 0x80 : 0) | payloadType, 1)
      head.writeUInt16BE(sequence, 2)
      head.writeUInt32BE(wrapped(ticks), 4)
      head.writeUInt32BE(ssrc, 8)
      sequence = (sequence + 1) & 0xffff
      packets += 1
      bytes += payload.length
      return Buffer.concat([head, payload])
    },
    report(nowMs, ticks) {
      const report = Buffer.alloc(28)
      const seconds = nowMs / 1000 + ntpOffsetS + reportShiftS
      report.writeUInt8(0x80, 0)
      report.writeUInt8(200, 1)
      report.writeUInt16BE(6, 2)
      report.writeUInt32BE(ssrc, 4)
      report.writeUInt32BE(Math.floor(seconds) >>> 0, 8)
      report.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32) >>> 0, 12)
      report.writeUInt32BE(wrapped(ticks), 16)
      report.writeUInt32BE(packets >>> 0, 20)
      report.writeUInt32BE(bytes >>> 0, 24)
      return report
    },
    stepTimestamps(byS) {
      base += Math.round(byS * rateHz)
    },
    stepReports(byS) {
      reportShiftS += byS
    },
    restart(newBase) {
      base = newBase
      ssrc = (ssrc * 2_654_435_761 + 1) >>> 0
      sequence = (sequence * 31 + 7) & 0xffff
      packets = 0
      bytes = 0
    },
    jumpSequence(by) {
      sequence = (sequence + by) & 0xffff
    },
  }
}
