import { attributeOf, childrenOf, nodeAt, numberAt, plainText, type SoapNode, textAt } from './soap-tree.ts'

/** One way in which a device offers the picture of one of its sources. */
export interface MediaProfile {
  /** The device's key for it. */
  readonly token: string
  readonly name: string | null
  /** Profiles of one source show the same picture; a recorder has many sources. */
  readonly source: string | null
  /** As ffmpeg calls it: h264, h265, mjpeg, mpeg4; null when there is no video. */
  readonly codec: string | null
  readonly widthPx: number | null
  readonly heightPx: number | null
  /** The most that the encoder is set to. */
  readonly fps: number | null
}

const mostProfiles = 256

/** The profiles in an answer of either media service. */
export function readProfiles(body: SoapNode): readonly MediaProfile[] {
  const nodes = childrenOf(nodeAt(body, 'getProfilesResponse'), 'profiles')
  return nodes.slice(0, mostProfiles).flatMap((node) => {
    const token = attributeOf(node, 'token')
    return token === null || token === '' ? [] : [profileOf(node, token)]
  })
}

function profileOf(node: SoapNode, token: string): MediaProfile {
  const second = nodeAt(node, 'configurations')
  const encoder = nodeAt(second, 'videoEncoder') ?? nodeAt(node, 'videoEncoderConfiguration')
  const source = nodeAt(second, 'videoSource') ?? nodeAt(node, 'videoSourceConfiguration')
  return {
    token,
    name: textAt(node, 'name'),
    source: textAt(source, 'sourceToken'),
    codec: codecOf(textAt(encoder, 'encoding')),
    widthPx: numberAt(encoder, 'resolution', 'width'),
    heightPx: numberAt(encoder, 'resolution', 'height'),
    fps: numberAt(encoder, 'rateControl', 'frameRateLimit'),
  }
}

function codecOf(encoding: string | null): string | null {
  const name = (encoding ?? '').toLowerCase().replace(/[^a-z0-9]/g, '')
  if (name === '') return null
  if (name === 'jpeg') return 'mjpeg'
  if (name === 'hevc') return 'h265'
  if (name.startsWith('mpeg4') || name === 'mpv4es') return 'mpeg4'
  return plainText(name)
}
