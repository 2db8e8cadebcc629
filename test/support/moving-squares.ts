import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Small videos of a square that goes down or to the right, each group with its own grey and speed, and a list of them. */
export async function movingSquares(dir: string, options: { groups: number; each: number }): Promise<string> {
  mkdirSync(dir, { recursive: true })
  const rows = ['path,label,group']
  const made: Promise<unknown>[] = []
  for (let group = 0; group < options.groups; group += 1)
    for (const label of ['down', 'right'])
      for (let n = 0; n < options.each; n += 1) {
        const name = `${label}-${group}-${n}.mp4`
        const grey = 40 + 25 * (group % 4)
        const speed = 18 + 3 * group
        const start = 4 + 7 * n
        const place =
          label === 'right'
            ? `x='mod(${start}+t*${speed},44)':y=${12 + 8 * n}`
            : `x=${12 + 8 * n}:y='mod(${start}+t*${speed},44)'`
        const hex = grey.toString(16).padStart(2, '0')
        made.push(
          promisify(execFile)('ffmpeg', [
            ...[
              '-v',
              'error',
              '-y',
              '-f',
              'lavfi',
              '-i',
              `color=0x${hex}${hex}${hex}:size=64x64:rate=16:duration=2`,
            ],
            ...['-f', 'lavfi', '-i', 'color=white:size=20x20:rate=16:duration=2'],
            ...['-filter_complex', `[0][1]overlay=${place}:eval=frame`],
            ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', join(dir, name)],
          ]),
        )
        rows.push(`${name},${label},person-${group}`)
      }
  await Promise.all(made)
  const { writeFile } = await import('node:fs/promises')
  const list = join(dir, 'labels.csv')
  await writeFile(list, `${rows.join('\n')}\n`)
  return list
}
