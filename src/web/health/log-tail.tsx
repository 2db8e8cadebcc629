import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api, dataOf, problemOf } from '../api/client.ts'
import { Button } from '../pieces/button.tsx'
import { SelectField, TextField } from '../pieces/field.tsx'
import { useEvery } from '../pieces/use-every.ts'
import { formatTime } from '../text/format.ts'
import type { LogLine } from './health-store.ts'
import { joined, matching } from './log-lines.ts'
import { text } from './text.ts'

type Level = LogLine['level']

/** The latest lines of the log as they come, with a filter; paused it stands still. */
export function LogTail() {
  const t = text.value
  const level = useSignal<Level>('info')
  const typed = useSignal('')
  const paused = useSignal(false)
  const lines = useSignal<readonly LogLine[]>([])
  const cursor = useSignal<number | null>(null)
  const problem = useSignal<string | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const get = async () => {
    if (paused.value) return
    try {
      const from = cursor.value === null ? {} : { cursor: cursor.value }
      const query = { level: level.value, limit: 500, ...from }
      const found = await dataOf(api.GET('/api/v1/logs', { params: { query } }))
      lines.value = cursor.value === null ? found.lines : joined(lines.value, found.lines)
      cursor.value = found.next
      problem.value = null
    } catch (thrown) {
      problem.value = problemOf(thrown).message
    }
  }
  useEvery(2000, get, [level.value, paused.value])
  const wanted = matching(lines.value, typed.value)
  useEffect(() => {
    const scroller = box.current
    if (scroller && !paused.value) scroller.scrollTop = scroller.scrollHeight
  }, [wanted.length, paused.value])
  return (
    <section class="card log" aria-labelledby="health-log">
      <div class="log-head">
        <h2 id="health-log">{t.log}</h2>
        <SelectField
          label={t.level}
          value={level.value}
          choices={(['debug', 'info', 'warn', 'error'] as const).map((value) => ({
            value,
            label: t.levels[value],
          }))}
          onValue={(value) => {
            level.value = value
            cursor.value = null
          }}
        />
        <TextField
          label={t.filter}
          type="search"
          value={typed.value}
          onValue={(value) => {
            typed.value = value
          }}
        />
        <Button
          icon={paused.value ? 'play' : 'pause'}
          pressed={paused.value}
          onClick={() => {
            paused.value = !paused.value
          }}
        >
          {paused.value ? t.goOn : t.pause}
        </Button>
      </div>
      {problem.value && <p class="field-problem">{problem.value}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <div ref={box} class="log-lines" role="log" aria-label={t.log} aria-live="off" tabIndex={0}>
        {wanted.map(({ seq, at, level: of, message, camera, fields }) => (
          <p key={seq} class={`log-line is-${of}`}>
            <span class="log-at">{formatTime(at)}</span> <span class="log-level">{of}</span>{' '}
            {camera && <strong>{camera} </strong>}
            {message} {fields !== '{}' && <span class="soft">{fields}</span>}
          </p>
        ))}
        {wanted.length === 0 && <p class="soft">{t.noLines}</p>}
      </div>
    </section>
  )
}
