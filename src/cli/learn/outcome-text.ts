import type { LearnOutcome } from '../../../pipelines/learn/learn.ts'

/** What came of a run, for people. */
export function outcomeText(model: string, outcome: LearnOutcome): string {
  const { version, result, live, decision, corrected, report, choice } = outcome
  const stays = live === null ? 'there is no live version yet' : `the live version ${live} stays`
  const headlines = {
    live: `${model} ${version} is live`,
    shadow: `${model} ${version} judges live clips unheard; it takes over if it agrees`,
    registered: `${model} ${version} is registered: vireo model promote ${model} ${version}`,
    refused: `${model} ${version} does not pass the gate; ${stays}`,
  }
  const reasons = decision.reasons.map(({ holds, text }) => `  ${holds ? 'yes' : 'NO '}  ${text}`)
  const { clips, rightBefore, rightNow } = corrected
  const learned =
    clips > 0 ? [`corrected clips: ${rightNow} of ${clips} are right now, ${rightBefore} were before`] : []
  const chosen = choice === null ? [] : [choice.why]
  return `${[headlines[result], ...chosen, ...reasons, ...learned, `report: ${report}`].join('\n')}\n`
}
