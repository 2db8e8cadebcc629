/** What ffmpeg says of a stream when it has opened it. */
export type StreamFacts =
  | {
      readonly kind: 'video'
      readonly codec: string
      readonly profile: string | null
      readonly widthPx: number
      readonly heightPx: number
      readonly fps: number | null
      readonly pixelFormat: string | null
    }
  | {
      readonly kind: 'audio'
      readonly codec: string
      readonly sampleRateHz: number
      readonly channels: number
    }

const channelNames: Readonly<Record<string, number>> = { mono: 1, stereo: 2, quad: 4, '5.1': 6, '7.1': 8 }

/** Reads a line such as `Stream #0:0: Video: h264 (High), yuv420p(progressive), 640x360 [SAR 1:1], 25 fps`; or null. */
export function readStreamLine(line: string): StreamFacts | null {
  const found = /Stream #\d+:\d+.*?: (Video|Audio): (\w+)((?: \([^)]*\))*)(?:, (.*))?$/.exec(line)
  if (!found) return null
  const [, kind, codec, brackets, rest = ''] = found
  const fields = rest.split(/, (?![^(]*\))/)
  if (kind === 'Audio') {
    const rate = /(\d+) Hz/.exec(rest)
    const layout = fields[1]?.trim() ?? ''
    const channels = channelNames[layout.split('(')[0]!] ?? Number(/(\d+) channels/.exec(layout)?.[1] ?? 0)
    return { kind: 'audio', codec: codec!, sampleRateHz: Number(rate?.[1] ?? 0), channels }
  }
  const size = /(?:^|, )(\d{2,5})x(\d{2,5})\b/.exec(rest)
  const fps = /([\d.]+) fps/.exec(rest)
  // The other bracket is the codec's name in the container, with a number behind a slash.
  const profile = [...brackets!.matchAll(/\(([^)]*)\)/g)]
    .map(([, text]) => text!)
    .find((text) => !text.includes(' / '))
  return {
    kind: 'video',
    codec: codec!,
    profile: profile ?? null,
    widthPx: Number(size?.[1] ?? 0),
    heightPx: Number(size?.[2] ?? 0),
    fps: fps && Number(fps[1]) > 0 ? Number(fps[1]) : null,
    pixelFormat: /^([a-z]\w*)/.exec(fields[0] ?? '')?.[1] ?? null,
  }
}
