import type { FrameStreamSpec } from '../core/frame.ts'

/** Pictures before the first keyframe are decoded from nothing; after this long without one they are taken anyway. */
const keyframeWaitSeconds = 10

/**
 * Waits for the first keyframe of a stream that is joined in the middle, thins to one frame in each cell of a time grid,
 * then scales. Unlike the `fps` filter, `select` neither repeats frames nor changes their timestamps. Comparing for
 * "another cell" keeps going when timestamps jump back.
 *
 * What NUT calls the aspect of a pixel carries the aspect of the whole picture: `setsar=sar` makes an unknown one 1,
 * scaling keeps the picture's proportions in it, and the last `setsar` turns them into one number.
 *
 * @param joined false for a file, which begins with a keyframe that an edit list may hide.
 */
export function frameFilter(
  { widthPx, heightPx, sampleFps, fit = 'stretch' }: FrameStreamSpec,
  joined: boolean,
): string {
  const cell = (time: string) => `floor(${time}*${sampleFps}+0.000001)`
  const thinned = `(isnan(prev_selected_t)+not(eq(${cell('t')},${cell('prev_selected_t')})))`
  const begun = `gt(st(0,ld(0)+key+gte(t,${keyframeWaitSeconds})),0)`
  const select = joined ? `${begun}*${thinned}` : thinned
  const scale = `scale=${widthPx}:${heightPx}`
  if (fit === 'stretch')
    return `select='${select}',setsar=sar,${scale}:flags=area,setsar=dar:max=1000,format=rgb24`
  const [x, y] = fit === 'letterbox' ? [0, 0] : ['(ow-iw)/2', '(oh-ih)/2']
  return [
    `select='${select}'`,
    `${scale}:force_original_aspect_ratio=decrease:flags=area`,
    'setsar=a:max=1000',
    'format=rgb24',
    `pad=${widthPx}:${heightPx}:${x}:${y}:color=0x727272`,
  ].join(',')
}
