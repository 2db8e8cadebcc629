import { encodeMedia, type MediaOptions } from '../../support/odd-camera/encode-media.ts'
import type { Media } from '../../support/odd-camera/media.ts'

/** Bright from the third to the sixth second of every nine: each time an alert for the model of brightness. */
const blink = "eq=brightness='if(between(mod(t,9),3,6),0.5,-0.6)':eval=frame"

/** A video that raises an alert every nine seconds. */
export function blinking(options: MediaOptions): Promise<Media> {
  return encodeMedia({ filter: blink, ...options })
}
