import { blinkFilter } from './brightness-bundle.ts'
import { type TestVideo, testVideo } from './test-video.ts'

/** Dark for three seconds, bright for three, twice. */
export const blink: TestVideo = {
  name: 'blink',
  widthPx: 320,
  heightPx: 180,
  seconds: 12,
  filter: blinkFilter,
}

/** The file of it, made once. */
export const blinkVideo = (changes: Partial<TestVideo> = {}): Promise<string> =>
  testVideo({ ...blink, ...changes })
