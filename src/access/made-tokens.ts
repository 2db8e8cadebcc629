import { asMaker } from '../core/access/token-maker.ts'
import type { TokenTable } from '../store/tables/access/token-table.ts'

/**
 * Takes back the tokens that somebody made, and those that were made with them: who is no admin any more still knows
 * their secrets.
 *
 * @returns their names
 */
export function removeMadeTokens(tokens: TokenTable, maker: string): string[] {
  const removed: string[] = []
  const makers = [maker]
  for (const each of makers)
    for (const { id, name } of tokens.all().filter(({ createdBy }) => createdBy === each)) {
      tokens.remove(id)
      removed.push(name)
      makers.push(asMaker(name))
    }
  return removed
}
