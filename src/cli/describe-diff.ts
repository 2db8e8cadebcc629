import { type ConfigDiff, restartOf } from '../config/diff.ts'

/** One line a change, with what it takes to come into force. */
export function describeDiff(diff: ConfigDiff): string[] {
  const lines: string[] = []
  const named = (kind: 'cameras' | 'models' | 'rules', restart: boolean) => {
    for (const change of ['added', 'removed', 'changed'] as const)
      for (const name of diff[kind][change])
        lines.push(`${kind} ${name}: ${change}${restart ? ' (needs a restart)' : ''}`)
  }
  named('cameras', false)
  named('rules', false)
  named('models', true)
  const restart = restartOf(diff)
  for (const section of diff.sections)
    lines.push(`${section}: changed${restart.includes(section) ? ' (needs a restart)' : ''}`)
  return lines
}
