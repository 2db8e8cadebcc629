import type { Login } from './edit-port.ts'

/** A device that answered. */
export interface FoundDevice {
  /** Host, and port when it is not the usual one. */
  readonly address: string
  readonly name: string | null
  readonly manufacturer: string | null
  readonly model: string | null
  /** Whether it was asked for more than it broadcasts. */
  readonly asked: boolean
  readonly notes: readonly string[]
  readonly error: { readonly code: string; readonly message: string } | null
  readonly profiles: readonly {
    readonly name: string | null
    readonly codec: string | null
    readonly widthPx: number | null
    readonly heightPx: number | null
    readonly fps: number | null
    /** Without a login. */
    readonly streamUrl: string | null
    readonly role: 'main' | 'sub' | 'both' | null
  }[]
  /** One for each of its pictures, analysed from the sub stream and recorded from the main stream. */
  readonly cameras: readonly { readonly id: string; readonly url: string; readonly mainUrl?: string }[]
}

/** What is good to know of a stream before it is saved; `code` is for translations. */
export interface ProbeHint {
  readonly code: 'transport' | 'large' | 'hevc' | 'mjpeg' | 'slow' | 'sub_stream'
  readonly text: string
  /** Fields of the camera that would follow it. */
  readonly set?: { readonly transport?: 'tcp' | 'udp'; readonly url?: string; readonly mainUrl?: string }
}

export interface ProbedCamera {
  readonly stream: {
    readonly codec: string
    readonly profile: string | null
    readonly widthPx: number
    readonly heightPx: number
    readonly fps: number | null
    readonly audio: {
      readonly codec: string
      readonly sampleRateHz: number
      readonly channels: number
    } | null
    readonly firstKeyframeMs: number | null
    readonly transport: 'tcp' | 'udp' | null
  }
  /** The first picture: JPEG, base64. Null when none could be made. */
  readonly picture: string | null
  readonly hints: readonly ProbeHint[]
}

/** A rule that is ready but for its parameters. */
export interface PresetAnswer {
  readonly presets: readonly Readonly<Record<string, unknown>>[]
  /** What the detectors find, and what the other models know. */
  readonly objects: readonly string[]
  readonly actions: readonly string[]
}

/** What is asked before a camera or rule is written down; the pipelines implement it. */
export interface SetupPort {
  /**
   * Who answers in the network, or one device that is named. With a login they are asked for their streams.
   *
   * @throws AppError API_BAD_REQUEST, API_BUSY, CAMERA_UNREACHABLE
   */
  discover(wish: { seconds: number; address?: string; login?: Login }): Promise<{
    readonly devices: readonly FoundDevice[]
  }>
  /**
   * Connects to a camera once: what does it send, and what does it show?
   *
   * @throws AppError API_BAD_REQUEST, API_BUSY, and those of the camera
   */
  probe(wish: { url: string; login?: Login; transport?: 'tcp' | 'udp' }): Promise<ProbedCamera>
  presets(): PresetAnswer
}
