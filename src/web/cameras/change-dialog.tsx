import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { EmptyState } from '../pieces/empty-state.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { load } from './camera-store.ts'
import {
  applyEdits,
  type EditPreview,
  type EditProblem,
  type EditWish,
  editProblem,
  type FieldProblem,
  previewEdits,
} from './edits.ts'
import { text } from './text.ts'

/**
 * Shows what edits would do: the lines of the file, and which cameras they touch; then does it. Nothing is saved that
 * was not looked at, and not when the file changed in between.
 */
export function ChangeDialog(props: {
  /** Null: closed. */
  wish: EditWish | null
  title: string
  /** What is pressed to do it. */
  confirm?: string
  danger?: boolean
  /** Said above the change. */
  note?: string
  onClose: () => void
  onDone: () => void
  onProblems?: (problems: readonly FieldProblem[]) => void
}) {
  const { wish, title, danger = false, onClose, onDone, onProblems } = props
  const t = text.value
  const preview = useSignal<EditPreview | null>(null)
  const problem = useSignal<EditProblem | null>(null)
  const busy = useSignal(false)
  /** Only the latest look counts. */
  const looks = useRef(0)

  const failed = (thrown: unknown) => {
    problem.value = editProblem(thrown)
    onProblems?.(problem.value.fields)
  }
  const look = async () => {
    if (!wish) return
    preview.value = null
    problem.value = null
    onProblems?.([])
    looks.current += 1
    const look = looks.current
    await previewEdits(wish).then(
      (found) => {
        if (look === looks.current) preview.value = found
      },
      (thrown) => {
        if (look === looks.current) failed(thrown)
      },
    )
  }
  useEffect(() => void look(), [wish])
  const apply = async () => {
    if (!wish || !preview.value) return
    busy.value = true
    try {
      await applyEdits(wish, preview.value.basedOn)
      await load()
      showToast(t.saved, { tone: 'good' })
      onDone()
    } catch (thrown) {
      failed(thrown)
    } finally {
      busy.value = false
    }
  }
  const found = preview.value
  const conflict = problem.value?.code === 'API_CONFLICT'
  return (
    <Dialog
      wide
      open={wish !== null}
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          {conflict ? (
            <Button kind="primary" onClick={() => look()}>
              {t.lookAgain}
            </Button>
          ) : (
            <Button
              kind={danger ? 'danger' : 'primary'}
              disabled={!found || problem.value !== null || found.hunks.length === 0}
              busy={busy.value}
              onClick={() => apply()}
            >
              {props.confirm ?? t.apply}
            </Button>
          )}
        </>
      }
    >
      {props.note && (
        <p class="change-note" role="status">
          {props.note}
        </p>
      )}
      {problem.value && <Refused problem={problem.value} />}
      {!found && !problem.value && <EmptyState busy title={t.checking} />}
      {found && !problem.value && (
        <>
          <Effects preview={found} />
          {found.hunks.length === 0 ? <p class="soft">{t.noChange}</p> : <Hunks preview={found} />}
        </>
      )}
    </Dialog>
  )
}

function Refused({ problem }: { problem: EditProblem }) {
  const t = text.value
  return (
    <div class="change-refused" role="alert">
      <p>
        {problem.code === 'API_CONFLICT'
          ? t.conflict
          : problem.fields.length > 0
            ? t.refused
            : problem.message}
      </p>
      {problem.fields.length > 0 && (
        <ul>
          {problem.fields.map(({ camera, rule, field, message }) => (
            <li key={`${camera} ${rule} ${field} ${message}`}>
              <strong>{[camera ?? rule, field].filter(Boolean).join(' · ')}</strong> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Effects({ preview }: { preview: EditPreview }) {
  const t = text.value
  const { attached, detached, changed, retuned, restart, variables } = preview
  const rows = [
    { ids: attached, tone: 'good' as const, words: t.effects.attached },
    { ids: detached, tone: 'warning' as const, words: t.effects.detached },
    { ids: changed, tone: 'warning' as const, words: t.effects.changed },
    { ids: retuned, tone: 'info' as const, words: t.effects.retuned },
    { ids: restart, tone: 'critical' as const, words: t.effects.restart },
  ].filter(({ ids }) => ids.length > 0)
  return (
    <ul class="change-effects">
      {rows.map(({ ids, tone, words }) => (
        <li key={words}>
          <Badge tone={tone}>{words}</Badge> {ids.join(', ')}
        </li>
      ))}
      {rows.length === 0 && <li class="soft">{t.effects.none}</li>}
      {variables.length > 0 && <li class="soft">{t.passwordKept(variables.join(', '))}</li>}
    </ul>
  )
}

function Hunks({ preview }: { preview: EditPreview }) {
  const signs = { same: ' ', removed: '−', added: '+' } as const
  return (
    <section class="diff" aria-label={text.value.diff}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <pre tabIndex={0}>
        {preview.hunks.map((hunk) => (
          <span key={`${hunk.beforeLine} ${hunk.afterLine}`} class="diff-hunk">
            <span class="diff-place">{`@ ${hunk.beforeLine}\n`}</span>
            {hunk.lines.map((line, at) => (
              <span key={`${at} ${line.text}`} class={`diff-line is-${line.kind}`}>
                {`${signs[line.kind]} ${line.text}\n`}
              </span>
            ))}
          </span>
        ))}
      </pre>
    </section>
  )
}
