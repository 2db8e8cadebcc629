import type { Command } from 'commander'
import { AppError } from '../../core/errors.ts'

interface Options {
  out: string
  seconds: string
  count: string
  seed: string
  size: string
  fps: string
  style: string
  codec: string
  gop: string
  activity?: string
  rate?: string
  json?: boolean
}

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('Render scenes of acting people to video, with frame-exact labels.')
    .requiredOption('--out <folder>', 'where the videos go')
    .option('--seconds <n>', 'length of each', '60')
    .option('--count <n>', 'how many', '1')
    .option('--seed <n>', 'seed of the first; the others count on', '1')
    .option('--size <WxH>', 'picture size', '640x360')
    .option('--fps <n>', 'frames per second', '25')
    .option('--style <set>', 'train or holdout: bodies, clothes and places that train does not have', 'train')
    .option('--codec <name>', 'h264 or h265', 'h264')
    .option('--gop <seconds>', 'time between keyframes', '1')
    .option('--activity <list>', 'only these stories: pass,run,fall,wave,fight,loiter,stand')
    .option('--rate <n>', 'stories per minute')
    .option('--json', 'one line of JSON per video')
    .action(async (options: Options) => {
      const { makeFolders } = await import('../../store/make-folders.ts')
      const { join } = await import('node:path')
      const { spawn } = await import('node:child_process')
      const { randomScript } = await import('../../simulate/random-script.ts')
      const { stories } = await import('../../simulate/stories.ts')
      const { writeVideo } = await import('../../simulate/write-video.ts')
      const [widthPx, heightPx] = sizeOf(options.size)
      const settings = {
        widthPx,
        heightPx,
        fps: numberOf('--fps', options.fps, { least: 1, most: 120 }),
        codec: oneOf('--codec', options.codec, ['h264', 'h265'] as const),
        gopS: numberOf('--gop', options.gop, { least: 0.1, most: 60 }),
      }
      const styleSet = oneOf('--style', options.style, ['train', 'holdout'] as const)
      const durationS = numberOf('--seconds', options.seconds, { least: 1, most: 86_400 })
      const count = numberOf('--count', options.count, { least: 1, most: 100_000 })
      const firstSeed = numberOf('--seed', options.seed, { least: 0, most: 2 ** 31 })
      const chosen = options.activity?.split(',').map((name) => oneOf('--activity', name.trim(), stories))
      makeFolders(options.out)
      const startedMs = performance.now()
      for (let index = 0; index < count; index += 1) {
        const seed = firstSeed + index
        const script = randomScript({
          seed,
          durationS,
          styleSet,
          ...(chosen ? { stories: chosen } : {}),
          ...(options.rate === undefined
            ? {}
            : { perMinute: numberOf('--rate', options.rate, { least: 0.1, most: 600 }) }),
        })
        const file = join(options.out, `scene-${styleSet}-${String(seed).padStart(4, '0')}.mp4`)
        const onProgress = (share: number) => {
          const done = (index + share) / count
          const leftS = done === 0 ? 0 : ((performance.now() - startedMs) / 1000) * (1 / done - 1)
          if (process.stderr.isTTY)
            process.stderr.write(
              `\r${index + 1}/${count}  ${Math.round(share * 100)} %  ${Math.ceil(leftS)} s left `,
            )
        }
        const labels = await writeVideo({ script, file, settings, spawn, onProgress })
        if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
        const tally: Record<string, number> = {}
        for (const { label } of labels.events) tally[label] = (tally[label] ?? 0) + 1
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ file, seed, frames: labels.video.frames, events: tally })}\n`
            : `${file}: ${
                Object.entries(tally)
                  .map(([name, n]) => `${n} ${name}`)
                  .join(', ') || 'empty'
              }\n`,
        )
      }
    })
}

function numberOf(option: string, text: string, range: { least: number; most: number }): number {
  const value = Number(text)
  if (Number.isFinite(value) && value >= range.least && value <= range.most) return value
  throw new AppError(
    'API_BAD_REQUEST',
    `${option} ${text}: give a number from ${range.least} to ${range.most}`,
  )
}

function oneOf<T extends string>(option: string, text: string, accepted: readonly T[]): T {
  const found = accepted.find((name) => name === text)
  if (found) return found
  throw new AppError('API_BAD_REQUEST', `${option} ${text}: accepted are ${accepted.join(', ')}`)
}

function sizeOf(text: string): [number, number] {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text)
  const size: [number, number] = [Number(match?.[1]), Number(match?.[2])]
  if (match && size.every((side) => side % 2 === 0)) return size
  throw new AppError('API_BAD_REQUEST', `--size ${text}: give WIDTHxHEIGHT, both even, such as 640x360`)
}
