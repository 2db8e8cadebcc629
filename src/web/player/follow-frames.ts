/** Calls back with the time of each picture that is shown, and the time since the one before. Returns what ends it. */
export function followFrames(
  video: HTMLVideoElement,
  shown: (mediaS: number, gapS: number) => void,
): () => void {
  let before = 0
  let ended = false
  let handle = 0
  const take = (mediaS: number) => {
    shown(mediaS, mediaS - before)
    before = mediaS
  }
  if (!('requestVideoFrameCallback' in video)) {
    const element = video as HTMLVideoElement
    const update = () => take(element.currentTime)
    element.addEventListener('timeupdate', update)
    return () => element.removeEventListener('timeupdate', update)
  }
  const next = () => {
    handle = video.requestVideoFrameCallback((_now, { mediaTime }) => {
      if (ended) return
      take(mediaTime)
      next()
    })
  }
  next()
  return () => {
    ended = true
    video.cancelVideoFrameCallback(handle)
  }
}
