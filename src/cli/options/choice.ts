import { didYouMean } from '../../config/did-you-mean.ts'
import { WrongValue } from './wrong-value.ts'

/** Reads one of a few words. */
export function choice<T extends string>(accepted: readonly T[]): (text: string) => T {
  return (text) => {
    const found = accepted.find((value) => value === text)
    if (found !== undefined) return found
    const near = didYouMean(text, accepted)
    throw new WrongValue(`accepted: ${accepted.join(', ')}${near === null ? '' : `; did you mean ${near}?`}`)
  }
}
