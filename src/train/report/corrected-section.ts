import { type CorrectedClip, countCorrected } from '../evaluate/corrected-clips.ts'
import { type Html, html } from './html.ts'

/** A longer list is cut; clips that are wrong now come first. */
const longestList = 200

/** Every clip that people corrected since the live version learned, with what is said of it now. */
export function correctedSection(clips: readonly CorrectedClip[]): Html {
  const ordered = [...clips].sort((a, b) => Number(a.right) - Number(b.right))
  const unseen = clips.filter(({ side }) => side !== 'train')
  const mark = (right: boolean) =>
    html`<td class="${right ? 'good' : 'bad'}">${right ? '✓ right' : '✗ wrong'}</td>`
  return html`<section><h2>Clips that people corrected</h2>
<p>${sentence(clips)} ${unseen.length > 0 && `Of those that it did not learn from: ${sentence(unseen)}`}</p>
<div class="scroll"><table><thead><tr><th>clip</th><th>group</th><th>side</th><th>was recorded as</th><th>people say</th>
<th>live version says</th><th>new version says</th><th>this clip is now</th></tr></thead>
<tbody>${ordered.slice(0, longestList).map(
    (each) => html`<tr><td class="id">${each.id}</td><td>${each.group}</td><td>${each.side}</td>
<td>${each.said ?? 'nothing'}</td><td>${each.truth}</td><td>${each.before ?? '–'}</td><td>${each.now}</td>${mark(each.right)}</tr>`,
  )}</tbody></table></div>
${ordered.length > longestList && html`<p class="muted">and ${ordered.length - longestList} more</p>`}</section>`
}

function sentence(clips: readonly CorrectedClip[]): string {
  const { rightNow, rightBefore } = countCorrected(clips)
  return `${rightNow} of ${clips.length} are right now, ${rightBefore} with the live version.`
}
