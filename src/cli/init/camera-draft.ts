import type { ProbeResult } from '../../camera/probe.ts'

/** A camera that is to be written down, as far as it is known. */
export interface CameraDraft {
  readonly id: string
  /** Without a login. */
  readonly url: string
  /** The larger stream of the same camera. */
  readonly mainUrl?: string
  /** Percent-encoded; null: it wants none. */
  readonly user: string | null
  /** Name of the variable with the password; null: there is none. */
  readonly variable: string | null
}

/** What was seen of a camera. */
export interface SeenCamera extends CameraDraft {
  readonly probe: ProbeResult
  /** Its first picture, JPEG. */
  readonly picture: Buffer
}

/** The variables of a set-up: name → percent-encoded password. */
export type Passwords = Map<string, string>
