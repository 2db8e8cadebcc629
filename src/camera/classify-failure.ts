import type { ErrorCode } from '../core/errors.ts'

export interface Failure {
  readonly code: ErrorCode
  /** For people; holds no part of the address. */
  readonly reason: string
}

type Pattern = Failure & { readonly pattern: RegExp }

/** An answer of RTSP that is an error. */
const answerPattern = /method (\w+) failed: (\d{3}) ?([^\r\n]{0,60})/i

/** What these answers mean; others are told as they are. */
const answers: Readonly<Record<string, Failure>> = {
  401: { code: 'CAMERA_UNAUTHORIZED', reason: 'the camera refuses the user name or password' },
  403: { code: 'CAMERA_UNAUTHORIZED', reason: 'the camera answers 403: this user may not see this stream' },
  404: { code: 'CAMERA_NOT_FOUND', reason: 'the camera has no stream at this path' },
  454: { code: 'CAMERA_NOT_FOUND', reason: 'the camera has no stream at this path (454)' },
  453: { code: 'CAMERA_BUSY', reason: 'the camera answers 453: not enough bandwidth, or too many viewers' },
  461: { code: 'CAMERA_TRANSPORT', reason: 'the camera refuses the transport (461)' },
  503: { code: 'CAMERA_BUSY', reason: 'the camera answers 503: unavailable, or too many viewers' },
}

/** What an answer with an error status means. `text` is the camera's own word for it. */
export function answered(status: string, text: string): Failure {
  const said = text.replaceAll(/[^\w .,'()-]/g, '').trim()
  return (
    answers[status] ?? {
      code: 'CAMERA_REFUSED',
      reason: `the camera answers ${status}${said === '' ? '' : ` ${said}`}`,
    }
  )
}

/** What ffmpeg says on standard error about the connection, in the order in which it is looked for. */
const connectionPatterns: readonly Pattern[] = [
  {
    pattern: /\b(401 Unauthorized|authorization failed)\b/i,
    ...answers[401]!,
  },
  { pattern: /\b403 Forbidden\b/i, ...answers[403]! },
  { pattern: /\b404 Not Found|Server returned 404/i, ...answers[404]! },
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

export const notVideo: Failure = {
  code: 'MEDIA_NO_VIDEO',
  reason: 'what comes is no video that ffmpeg knows',
}

const invalidData: Pattern = {
  pattern:
    /Invalid data found when processing input|moov atom not found|Error opening input|not on whitelist/i,
  ...notVideo,
}

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
  invalidData,
  {
    pattern: /Unrecognized (option|hwaccel)|Option \S+ not found|Unknown (decoder|encoder)/i,
    code: 'MEDIA_FFMPEG_FAILED',
    reason: 'ffmpeg does not accept its arguments; see vireo doctor',
  },
]

/** What it says when only the recording cannot begin. */
const containerPattern =
  /Could not find tag for codec (\w+) in stream|codec not currently supported in container|dimensions not set|Could not write header for output file/i

/** What it says of a video whose size it does not know, because too little of it came. */
const unknownPattern = /Could not find codec parameters/i
/** The same of one whose codec the camera has named. */
const namedPattern = /Could not find codec parameters for stream \d+ \(Video: (?!none)\w+/i

const endedEarly: Failure = {
  code: 'CAMERA_UNREACHABLE',
  reason: 'the camera ended the connection before any picture',
}

/** What can be told of a camera of which not a byte of media is known to have come. */
const nothingCame: Failure = {
  code: 'CAMERA_UNREACHABLE',
  reason: 'the camera accepts the connection, but ends it without sending anything; is it rtsps or http?',
}

/**
 * Why a camera's ffmpeg ended. Its exit status says nothing: a killed server ends it with status 0.
 *
 * @param wasLive whether it gave a picture, so that it had opened the camera.
 * @param overRtsp nothing but the camera's own words show then whether there was media: what ffmpeg calls invalid data is
 *   also a camera that closes the connection.
 */
export function classifyFailure(stderrLines: readonly string[], wasLive: boolean, overRtsp = false): Failure {
  if (!wasLive) {
    const answer = stderrLines.map((line) => answerPattern.exec(line)).find((found) => found !== null)
    if (answer) return answered(answer[2]!, answer[3]!)
    // Nothing can be written of a video that never came; that says nothing about its container.
    const known = !stderrLines.some((line) => unknownPattern.test(line))
    const container = stderrLines.map((line) => containerPattern.exec(line)).find((found) => found !== null)
    if (known && container) {
      return { code: 'MEDIA_UNRECORDABLE', reason: `MP4 cannot hold ${container[1] ?? 'this video'}` }
    }
  }
  const came = stderrLines.some(showsPackets)
  const patterns = wasLive ? connectionPatterns : [...connectionPatterns, ...openingPatterns]
  for (const { pattern, code, reason } of patterns) {
    const line = stderrLines.find((line) => pattern.test(line))
    if (line === undefined) continue
    // It said what it would send, and sent nothing.
    if (overRtsp && !came && namedPattern.test(line)) return endedEarly
    return overRtsp && reason === invalidData.reason ? nothingCame : { code, reason }
  }
  return wasLive ? { code: 'CAMERA_UNREACHABLE', reason: 'the camera ended the connection' } : endedEarly
}

/** A decoder that cannot begin complains about each packet that comes. */
const packetsPattern =
  /non-existing [SP]PS|[SPV]PS id out of range|[SPV]PS \d+ does not exist|no frame!|Error parsing NAL|decode_slice_header/i

/** Whether a line of ffmpeg shows that packets come of a video whose parameters are not known yet. */
export function showsPackets(line: string): boolean {
  return packetsPattern.test(line)
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
