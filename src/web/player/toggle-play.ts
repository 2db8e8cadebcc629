/** Plays what stands still, and the other way round. A browser may refuse to play; then it stands still. */
export function togglePlay(video: HTMLVideoElement | null): void {
  if (video?.paused) void video.play().catch(() => {})
  else video?.pause()
}
