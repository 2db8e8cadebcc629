import type { ErrorCode } from '../core/errors.ts'

export interface Failure {
  readonly code: ErrorCode
  /** For people; holds no part of the address. */
  readonly reason: string
}

type Pattern = Failure & { readonly pattern: RegExp }

/** What ffmpeg says on standard error about the connection, in the order in which it is looked for. */
const connectionPatterns: readonly Pattern[] = [
  {
    pattern: /\b(401 Unauthorized|authorization failed|403 Forbidden)\b/i,
    code: 'CAMERA_UNAUTHORIZED',
    reason: 'the camera refuses the user name or password',
  },
  {
    pattern: /\b404 Not Found|Server returned 404|454 Session Not Found/i,
    code: 'CAMERA_NOT_FOUND',
    reason: 'the camera has no stream at this path',
  },
  {
    pattern: /No such file or directory/i,
    code: 'CAMERA_NOT_FOUND',
    reason: 'there is no such file',
  },
  {
    pattern: /Connection refused/i,
    code: 'CAMERA_UNREACHABLE',
    reason: 'the camera refuses the connection',
  },
  {
    pattern: /timed out|No route to host|Network is unreachable|Host is unreachable|Connection reset/i,
    code: 'CAMERA_UNREACHABLE',
    reason: 'the camera does not answer',
  },
  {
    pattern: /Failed to resolve hostname|Name or service not known/i,
    code: 'CAMERA_UNREACHABLE',
    reason: "the camera's host name is not known",
  },
]

/** What it says when it cannot begin. Later on, single broken packets cause the same messages. */
const openingPatterns: readonly Pattern[] = [
  {
    pattern: /Device creation failed|No device available|Device setup failed/i,
    code: 'MEDIA_FFMPEG_FAILED',
    reason: 'the hardware decoder cannot be used; see vireo doctor and hardwareDecode',
  },
  {
    pattern: /matches no streams|does not contain any stream|Could not find codec parameters/i,
    code: 'MEDIA_NO_VIDEO',
    reason: 'there is no video that can be decoded',
  },
  {
    pattern: /Invalid data found when processing input|moov atom not found|Error opening input/i,
    code: 'MEDIA_NO_VIDEO',
    reason: 'what comes is no video that ffmpeg knows',
  },
  {
    pattern: /Unrecognized (option|hwaccel)|Option \S+ not found|Unknown (decoder|encoder)/i,
    code: 'MEDIA_FFMPEG_FAILED',
    reason: 'ffmpeg does not accept its arguments; see vireo doctor',
  },
]

/**
 * Why a camera's ffmpeg ended. Its exit status says nothing: a killed server ends it with status 0.
 *
 * @param wasLive whether it gave a picture, so that it had opened the camera.
 */
export function classifyFailure(stderrLines: readonly string[], wasLive: boolean): Failure {
  const patterns = wasLive ? connectionPatterns : [...connectionPatterns, ...openingPatterns]
  for (const { pattern, code, reason } of patterns)
    if (stderrLines.some((line) => pattern.test(line))) return { code, reason }
  return wasLive
    ? { code: 'CAMERA_UNREACHABLE', reason: 'the camera ended the connection' }
    : { code: 'CAMERA_UNREACHABLE', reason: 'the camera ended the connection before any picture' }
}

/** What decoders and demuxers say about data that is broken or missing, of which they make what they can. */
const damagePattern =
  /error while decoding|concealing \d+|corrupt|missed \d+ packets|non-existing [SP]PS|Invalid NAL|decode_slice|cabac|left block|top block|Could not find ref|missing picture|no frame!|Invalid data found/i

/** Lines of a decoder or filter of sound, and those that do not say whose they are while sound is decoded as well. */
const soundPattern =
  /\[(aac|ac3|eac3|adpcm_\w+|g72\w+|alaw|mulaw|pcm_\w+|mp[123]\w*|opus|libopus|vorbis|amr\w+|speex|SWR|aresample|Parsed_a\w+)\b[^\]]* @|while decoding stream|Error submitting packet/i

/**
 * Whether a line of ffmpeg complains about broken pictures.
 *
 * @param listening whether sound is decoded too; the decoder of the pictures then has said it in a line of its own.
 */
export function isDamage(line: string, listening = false): boolean {
  return damagePattern.test(line) && !(listening && soundPattern.test(line))
}
