import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const data = join(import.meta.dirname, '../../../../shared/data')

export interface Row {
  readonly path: string
  readonly label: string
  readonly group: string
}

/** A set's labels.csv; the third column is the person or the source. */
export function rowsOf(set: string): Row[] {
  const rows = readFileSync(join(data, set, 'labels.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
  return rows.map((row) => {
    const [path, label, group] = row.split(',') as [string, string, string]
    return { path: join(data, set, path), label, group }
  })
}

/** A copy whose last picture stands for so many seconds, or that is repeated so often; made once. */
export function prolonged(
  video: string,
  dir: string,
  how: { readonly heldS: number } | { readonly times: number },
): string {
  const [name, input, filter] =
    'heldS' in how
      ? [`held-${how.heldS}`, [], ['-vf', `tpad=stop_mode=clone:stop_duration=${how.heldS}`]]
      : [`times-${how.times}`, ['-stream_loop', String(how.times - 1)], []]
  const out = join(
    dir,
    `${name}-${video
      .split('/')
      .at(-1)!
      .replace(/\.\w+$/, '')}.mp4`,
  )
  if (existsSync(out)) return out
  mkdirSync(dir, { recursive: true })
  const encode = 'heldS' in how ? ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18'] : ['-c', 'copy']
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...input, '-i', video, ...filter, ...encode, '-an', out])
  return out
}
