import { sameLabel } from '../../core/text/same-label.ts'
import { didYouMean } from '../did-you-mean.ts'

/** The rest of a message about an unknown name: the nearest known one, and all of them. */
export function nearNames(name: string, known: readonly string[]): string {
  const near = known.find((label) => sameLabel(name, label)) ?? didYouMean(name, known)
  return `${near ? `did you mean "${near}"? ` : ''}accepted: ${known.join(', ')}`
}
