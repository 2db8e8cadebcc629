export interface RecordedCamera {
  readonly presentBytes: number
  readonly bytesPerDay: number
  /** Most that it may keep: by size, and by the days that it is kept. */
  readonly limitBytes: number
  readonly keepDays: number
}

export interface DiskForecast {
  /** Days until the disk is full to the reserve, so that footage goes before its time; null: it never will be. */
  readonly fullInDays: number | null
  /** Days until the first camera has as much as it may keep, and its oldest footage goes; null: none grows. */
  readonly retentionInDays: number | null
  /** What all cameras come to when each has what it may keep. */
  readonly steadyBytes: number
}

const longestDays = 3650

/** How long the disk lasts when recording goes on as in the last days. */
export function forecastDisk(disk: {
  readonly freeBytes: number
  /** Below it footage is removed to make room. */
  readonly reserveBytes: number
  readonly cameras: readonly RecordedCamera[]
}): DiskForecast {
  const growing = disk.cameras.map((camera) => {
    const { presentBytes, bytesPerDay, limitBytes, keepDays } = camera
    const steadyBytes = Math.min(limitBytes, bytesPerDay * keepDays)
    return { bytesPerDay, leftBytes: Math.max(0, steadyBytes - presentBytes), presentBytes }
  })
  const steadyBytes = growing.reduce((sum, { presentBytes, leftBytes }) => sum + presentBytes + leftBytes, 0)
  const grown = (days: number) =>
    growing.reduce((sum, { bytesPerDay, leftBytes }) => sum + Math.min(leftBytes, bytesPerDay * days), 0)
  const roomBytes = disk.freeBytes - disk.reserveBytes
  const active = growing.filter(({ bytesPerDay }) => bytesPerDay > 0)
  const retentionInDays =
    active.length === 0
      ? null
      : Math.min(...active.map(({ leftBytes, bytesPerDay }) => leftBytes / bytesPerDay))
  return { fullInDays: daysUntil(grown, roomBytes), retentionInDays, steadyBytes }
}

/** When a growth that never falls reaches a size; null when it stays below. */
function daysUntil(grown: (days: number) => number, bytes: number): number | null {
  if (bytes <= 0) return 0
  if (grown(longestDays) <= bytes) return null
  let [low, high] = [0, longestDays]
  while (high - low > 0.01) {
    const middle = (low + high) / 2
    if (grown(middle) > bytes) high = middle
    else low = middle
  }
  return high
}
