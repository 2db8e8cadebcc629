import { AppError } from '../../core/errors.ts'
import { runTool, type ToolOptions } from '../run-tool.ts'
import type { PictureFacts } from './probe-picture.ts'
import { thinnedPictures } from './thinned-pictures.ts'

export interface Quality {
  readonly ssim: number
  readonly psnrDb: number
  readonly vmaf: number | null
}

/** The summary lines come last; this holds them whatever else is said. */
const tailChars = 16_384
/** Pictures that are exactly the same have no noise; a number is needed to compare with. */
const mostPsnrDb = 100

/** Whether this ffmpeg can measure VMAF. @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED */
export async function hasVmaf(tool: ToolOptions): Promise<boolean> {
  return /\slibvmaf\s/.test(await runTool('ffmpeg', ['-hide_banner', '-v', 'error', '-filters'], tool))
}

/**
 * How like the original the pictures are that were kept of it: both are decoded, the smaller ones are scaled up to the
 * size of the original, and each is compared with the picture that it was made from.
 *
 * @throws AppError MEDIA_FFMPEG_FAILED (also when there is nothing to compare), MEDIA_FFMPEG_MISSING
 */
export async function measureQuality(options: {
  original: string
  made: string
  picture: PictureFacts
  maxFps: number
  vmaf: boolean
  tool: ToolOptions
}): Promise<Quality> {
  const { original, made, picture, maxFps, vmaf, tool } = options
  const inStep = 'settb=1/1000,setpts=N,format=yuv420p'
  const size = `${Math.floor(picture.widthPx / 2) * 2}:${Math.floor(picture.heightPx / 2) * 2}`
  const measures = vmaf ? ['ssim', 'psnr', 'libvmaf=n_threads=1'] : ['ssim', 'psnr']
  const places = (name: string) => measures.map((_, index) => `[${name}${index}]`).join('')
  const graph = [
    `[0:v:0]${thinnedPictures(maxFps)},scale=${size},${inStep},split=${measures.length}${places('o')}`,
    `[1:v:0]scale=${size}:flags=bicubic,${inStep},split=${measures.length}${places('m')}`,
    ...measures.map((measure, index) => `[m${index}][o${index}]${measure}[out${index}]`),
  ].join(';')
  let said = ''
  await runTool(
    'ffmpeg',
    [
      ...[
        '-hide_banner',
        '-nostdin',
        '-nostats',
        '-v',
        'info',
        '-threads',
        '1',
        '-fflags',
        '+discardcorrupt',
      ],
      ...['-i', `file:${original}`, '-threads', '1', '-i', `file:${made}`],
      ...['-filter_complex_threads', '1', '-filter_complex', graph],
      ...measures.flatMap((_, index) => ['-map', `[out${index}]`]),
      ...['-f', 'null', '-'],
    ],
    {
      ...tool,
      onSaid: (text) => {
        said = (said + text).slice(-tailChars)
      },
    },
  )
  return parseQuality(said, vmaf)
}

export function parseQuality(said: string, vmaf: boolean): Quality {
  const last = (pattern: RegExp) => [...said.matchAll(pattern)].at(-1)?.[1]
  const ssim = Number(last(/SSIM .*All:([\d.]+)/g))
  const psnr = last(/PSNR .*average:([\d.]+|inf)/g)
  const psnrDb = psnr === 'inf' ? mostPsnrDb : Number(psnr)
  const score = vmaf ? Number(last(/VMAF score:\s*([\d.]+)/g)) : null
  if (Number.isNaN(ssim) || Number.isNaN(psnrDb) || Number.isNaN(score))
    throw new AppError('MEDIA_FFMPEG_FAILED', `ffmpeg measured no quality: ${said.slice(-500).trim()}`)
  return { ssim, psnrDb, vmaf: score }
}
