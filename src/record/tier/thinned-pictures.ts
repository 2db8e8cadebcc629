/**
 * ffmpeg filter that lets one picture through in each cell of a time grid and changes no time: nothing is doubled, and
 * the same pictures come through whenever the same footage is decoded.
 */
export function thinnedPictures(maxFps: number): string {
  const cell = (time: string) => `floor(${time}*${maxFps}+0.000001)`
  return `select='isnan(prev_selected_t)+not(eq(${cell('t')},${cell('prev_selected_t')}))'`
}
