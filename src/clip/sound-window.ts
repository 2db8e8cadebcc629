import { concatMap, defer, from, type OperatorFunction } from 'rxjs'
import type { Clip } from '../core/clip.ts'
import type { SoundBlock } from '../core/sound.ts'
import { createSoundCutter, type SoundCutterOptions } from './sound-cutter.ts'

/** Cuts a camera's sound into windows for a model; see createSoundCutter. */
export function soundWindow(options: SoundCutterOptions): OperatorFunction<SoundBlock, Clip> {
  return (source) =>
    defer(() => {
      const cutter = createSoundCutter(options)
      return source.pipe(concatMap((block) => from(cutter.take(block))))
    })
}
