import { type LogMelSettings, yamnetFrontEnd } from '../../src/onnx/sound/mel-filters.ts'

/** What has to be known of a model of sounds to put the front end before it. */
export interface SoundPreset {
  /** Name of its list of labels. */
  readonly labels: string
  readonly name: string
  readonly description: string
  readonly frontEnd: LogMelSettings
  /** Columns that it takes at once, and columns from one window to the next. */
  readonly columns: number
  readonly strideColumns: number
}

export const soundPresets = {
  yamnet: {
    labels: 'yamnet',
    name: 'sounds',
    description: '521 sounds of AudioSet (YAMNet).',
    frontEnd: yamnetFrontEnd,
    columns: 96,
    strideColumns: 48,
  },
} as const satisfies Record<string, SoundPreset>

export type SoundPresetName = keyof typeof soundPresets

/** Samples that so many columns are made of. */
export function samplesOf({ windowSamples, hopSamples }: LogMelSettings, columns: number): number {
  return windowSamples + (columns - 1) * hopSamples
}
