/** For cameras that are slower than the model. */
const leastUs = 500_000
const periods = 2.5

/** The longest time between two frames that still counts as continuous, for a model of so many frames a second. */
export function longestStepUs(sampleFps: number): number {
  return Math.max(leastUs, (periods * 1e6) / sampleFps)
}
