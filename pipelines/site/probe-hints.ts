import type { ProbeResult } from '../../src/camera/probe.ts'
import type { ProbeHint } from '../../src/http/setup-port.ts'

/** More pixels than a model looks at cost decoding and nothing else. */
const largePx = 1280 * 720
const slowFps = 5

/** How makers name the main stream in an address, and the sub stream beside it. */
const subStreams: readonly (readonly [main: RegExp, sub: string])[] = [
  [/(\/Streaming\/Channels\/\d+?)01(?=$|[/?])/i, '$102'],
  [/([?&]subtype=)0(?=$|&)/i, '$11'],
  [/(h26[45]Preview_\d\d_)main/i, '$1sub'],
  [/(\/stream)1(?=$|[/?])/i, '$12'],
  [/(\/)main(?=$|[/?])/i, '$1sub'],
  [/(\/live\/ch\d+_)0(?=$|[/?])/i, '$11'],
  [/(\/av0_)0(?=$|[/?])/i, '$11'],
]

/** What is good to know of a stream before it is saved. */
export function probeHints(seen: {
  url: string
  asked: 'tcp' | 'udp'
  result: Pick<ProbeResult, 'codec' | 'widthPx' | 'heightPx' | 'fps' | 'transport'>
}): readonly ProbeHint[] {
  const { url, asked, result } = seen
  const { codec, widthPx, heightPx, fps, transport } = result
  const hints: ProbeHint[] = []
  if (transport !== null && transport !== asked)
    hints.push({
      code: 'transport',
      text: `The camera refuses ${asked}; it works over ${transport}.`,
      set: { transport },
    })
  const sub = subStreamOf(url)
  if (widthPx * heightPx > largePx) {
    hints.push({
      code: 'large',
      text: 'This is a large stream: record it, and analyse a smaller one of the same camera.',
    })
    if (sub !== null)
      hints.push({
        code: 'sub_stream',
        text: 'By its address the smaller stream may be here; look at it before you save.',
        set: { url: sub, mainUrl: url },
      })
  }
  if (/^(hevc|h265)$/i.test(codec))
    hints.push({
      code: 'hevc',
      text: 'H.265 is not shown by every browser; H.264 for the sub stream is shown everywhere.',
    })
  if (/^mjpeg$/i.test(codec))
    hints.push({ code: 'mjpeg', text: 'Whole pictures cost many times the traffic of H.264.' })
  if (fps !== null && fps < slowFps)
    hints.push({ code: 'slow', text: 'Fewer than five pictures a second: fast movements are missed.' })
  return hints
}

/** Where the sub stream of a camera is, by how its maker writes the main stream; null when that is not known. */
export function subStreamOf(url: string): string | null {
  const known = subStreams.find(([main]) => main.test(url))
  return known ? url.replace(known[0], known[1]) : null
}
