import { type Media, parameterSetsOf } from './media.ts'
import type { OddScript } from './script.ts'

const names = { h264: 'H264', h265: 'H265', vp8: 'VP8', mjpeg: 'JPEG' } as const

/** The SDP: what the camera says about its streams before it sends them. */
export function describe(script: OddScript): string {
  const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=odd camera', 'c=IN IP4 0.0.0.0', 't=0 0']
  const { media, sdp = 'right' } = script
  if (media) {
    const type = media.codec === 'mjpeg' ? 26 : 96
    lines.push(`m=video 0 RTP/AVP ${type}`, `a=rtpmap:${type} ${names[media.codec]}/90000`)
    const parameters = sdp === 'none' ? null : formatOf(sdp === 'right' ? media : sdp.wrong)
    if (parameters !== null) lines.push(`a=fmtp:${type} ${parameters}`)
    lines.push('a=control:video')
  }
  if (script.sound) lines.push('m=audio 0 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', 'a=control:sound')
  return `${lines.join('\r\n')}\r\n`
}

function formatOf(media: Media): string | null {
  const sets = parameterSetsOf(media).map((set) => set.toString('base64'))
  if (media.codec === 'h264') {
    const profile = parameterSetsOf(media)[0]!.subarray(1, 4).toString('hex')
    return `packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sets.join(',')}`
  }
  if (media.codec !== 'h265') return null
  return `sprop-vps=${sets[0]};sprop-sps=${sets[1]};sprop-pps=${sets[2]}`
}
