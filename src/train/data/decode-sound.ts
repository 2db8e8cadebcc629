import { AppError } from '../../core/errors.ts'
import { soundRateHz } from '../../core/sound.ts'
import { type DecoderOptions, runDecoder } from './run-decoder.ts'

/**
 * The sound of a file, mono at `soundRateHz`.
 *
 * @throws AppError MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED, TRAIN_DATA (there is no sound in it), TRAIN_STOPPED
 */
export async function decodeSound(path: string, options: DecoderOptions = {}): Promise<Int16Array> {
  const chunks: Buffer[] = []
  await runDecoder(
    {
      path,
      args: soundArguments(path),
      onData: (chunk) => chunks.push(chunk),
      stopped: 'run the same command again',
      failure: (said) => failure(path, said),
    },
    options,
  )
  const bytes = Buffer.concat(chunks)
  if (bytes.length < 2) throw failure(path, 'matches no streams')
  // A copy of its own: samples must lie at even addresses.
  return new Int16Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 2))
}

export function soundArguments(path: string): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', '-threads', '1', '-i', `file:${path}`],
    ...[
      '-map',
      '0:a:0',
      '-ac',
      '1',
      '-ar',
      String(soundRateHz),
      '-c:a',
      'pcm_s16le',
      '-f',
      's16le',
      'pipe:1',
    ],
  ]
}

function failure(path: string, said: string): AppError {
  return /matches no streams|does not contain any stream/.test(said)
    ? new AppError('TRAIN_DATA', `${path}: there is no sound in it`)
    : new AppError('MEDIA_FFMPEG_FAILED', `${path}: ffmpeg: ${said || 'it failed without a word'}`)
}
