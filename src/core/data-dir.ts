import { join } from 'node:path'

/** What lies in the data directory, by name. Everything that Vireo keeps has its place here and nowhere else. */
export const dataFiles = {
  /** Events, alerts, clips, samples and the outbox. */
  events: 'vireo.db',
  /** What people said of clips. */
  reviews: 'review.db',
  /** Users, sessions, tokens, and who changed what. */
  access: 'access.db',
  /** Held by the process that runs. */
  lock: 'vireo.lock',
  /** How far the clock of the machine is believed. */
  clock: 'clock.json',
  /** Somebody said that the clock is right now. */
  clockConfirmed: 'clock.confirmed',
  /** How busy the live part is, for the learning beside it. */
  load: 'live-load.json',
  /** Cameras that are muted, and until when. */
  mutes: 'mutes.json',
} as const

/** Finished clips of alerts and samples: `<camera>/<day>/<alert>.mp4`, and beside it what clipEndings names. */
export const clipsDir = (dataDir: string) => join(dataDir, 'clips')
/** How much moved, by camera and day: `<camera>/<day>.motion`, a byte for every ten seconds. */
export const motionDir = (dataDir: string) => join(dataDir, 'motion')
/** What is recorded without a break: `<camera>/<day>/<time>-<epoch>.mp4`. */
export const segmentsDir = (dataDir: string) => join(dataDir, 'segments')
/** Versions of models, and `registry.db` with what is live. */
export const registryDir = (dataDir: string) => join(dataDir, 'registry')
/** Dataset versions, which never change. */
export const datasetsDir = (dataDir: string) => join(dataDir, 'datasets')
/** Calibrations of anomaly models, one for each camera. */
export const anomalyDir = (dataDir: string) => join(dataDir, 'anomaly')
/** What can be computed again: measurements of models on this processor. */
export const cacheDir = (dataDir: string) => join(dataDir, 'cache')
/** Runs of learning with their curves, checkpoints and reports. */
export const runsDir = (dataDir: string) => join(dataDir, 'runs')
/** What learning keeps between runs: splits, its lock, decoded footage. */
export const learningDir = (dataDir: string) => join(dataDir, 'learning')
/** CPU profiles and heap snapshots that were asked for. */
export const profilesDir = (dataDir: string) => join(dataDir, 'profiles')
