import { AppError } from '../../core/errors.ts'
import type { ToolOptions } from '../run-tool.ts'
import { whyNoCaptions } from './caption-probe.ts'
import type { CaptionKind } from './film-captions.ts'

/** auto: burned where ffmpeg can draw text, else subtitles. */
export const captionChoices = ['auto', 'burn', 'subtitles', 'none'] as const
export type CaptionChoice = (typeof captionChoices)[number]

/** @throws AppError MEDIA_FFMPEG_FEATURE when captions must be burned in and this ffmpeg cannot draw text */
export async function chooseCaptions(
  choice: CaptionChoice,
  tool: Omit<ToolOptions, 'timeoutMs'> & { readonly onNotice: (text: string) => void },
): Promise<CaptionKind> {
  if (choice === 'none' || choice === 'subtitles') return choice
  const why = await whyNoCaptions(tool)
  if (why === null) return 'burned'
  if (choice === 'burn') throw new AppError('MEDIA_FFMPEG_FEATURE', `captions cannot be burned in: ${why}`)
  tool.onNotice(`captions become a track of subtitles: ${why}`)
  return 'subtitles'
}
