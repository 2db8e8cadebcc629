import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { randomScript } from '../../simulate/random-script.ts'
import { stories } from '../../simulate/stories.ts'
import { writeVideo } from '../../simulate/write-video.ts'
import { makeFolders } from '../../store/make-folders.ts'
import { choice } from '../options/choice.ts'
import { decimal } from '../options/decimal.ts'
import { list } from '../options/list.ts'
import { type Size, size } from '../options/size.ts'
import { jsonOption } from '../options/usual-options.ts'
import { whole } from '../options/whole.ts'
import { printLine } from '../print-line.ts'

interface Options {
  out: string
  seconds: number
  count: number
  seed: number
  size: Size
  fps: number
  style: 'train' | 'holdout'
  codec: 'h264' | 'h265'
  gop: number
  activity?: (typeof stories)[number][]
  rate?: number
  json?: boolean
}

export function simulate(command: Command): void {
  command
    .requiredOption('--out <folder>', 'where the videos go')
    .option('--seconds <n>', 'length of each', decimal({ least: 1, most: 86_400 }), 60)
    .option('--count <n>', 'how many', whole({ most: 100_000 }), 1)
    .option('--seed <n>', 'seed of the first; the others count on', whole({ least: 0, most: 2 ** 31 }), 1)
    .addOption(
      new Option('--size <WxH>', 'picture size')
        .argParser(size({ least: 10, even: true }))
        .default([640, 360], '640x360'),
    )
    .option('--fps <n>', 'frames per second', decimal({ least: 1, most: 120 }), 25)
    .option(
      '--style <set>',
      'train or holdout: bodies, clothes and places that train does not have',
      choice(['train', 'holdout']),
      'train',
    )
    .option('--codec <name>', 'h264 or h265', choice(['h264', 'h265']), 'h264')
    .option('--gop <seconds>', 'time between keyframes', decimal({ least: 0.1, most: 60 }), 1)
    .option('--activity <list>', `only these stories: ${stories.join(',')}`, list(choice(stories)))
    .option('--rate <n>', 'stories per minute', decimal({ least: 0.1, most: 600 }))
    .addOption(jsonOption('one line of JSON per video'))
    .action(render)
}

async function render(options: Options): Promise<void> {
  const { out, seconds: durationS, count, style: styleSet, activity, rate, json } = options
  const [widthPx, heightPx] = options.size
  const settings = { widthPx, heightPx, fps: options.fps, codec: options.codec, gopS: options.gop }
  makeFolders(out)
  const showProgress = progressOf(count)
  for (let index = 0; index < count; index += 1) {
    const seed = options.seed + index
    const script = randomScript({
      seed,
      durationS,
      styleSet,
      ...(activity && { stories: activity }),
      ...(rate !== undefined && { perMinute: rate }),
    })
    const file = join(out, `scene-${styleSet}-${String(seed).padStart(4, '0')}.mp4`)
    const onProgress = (share: number) => showProgress(index, share)
    const labels = await writeVideo({ script, file, settings, spawn, onProgress })
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    const events: Record<string, number> = {}
    for (const { label } of labels.events) events[label] = (events[label] ?? 0) + 1
    const tally = Object.entries(events).map(([name, n]) => `${n} ${name}`)
    printLine(
      json
        ? JSON.stringify({ file, seed, frames: labels.video.frames, events })
        : `${file}: ${tally.join(', ') || 'empty'}`,
    )
  }
}

/** Says on a terminal how far it is. */
function progressOf(count: number): (index: number, share: number) => void {
  const startedMs = performance.now()
  return (index, share) => {
    const done = (index + share) / count
    const leftS = done === 0 ? 0 : ((performance.now() - startedMs) / 1000) * (1 / done - 1)
    if (process.stderr.isTTY)
      process.stderr.write(
        `\r${index + 1}/${count}  ${Math.round(share * 100)} %  ${Math.ceil(leftS)} s left `,
      )
  }
}
