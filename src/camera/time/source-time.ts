/**
 * How the source's own times reach this side unchanged. ffmpeg lifts every decode time to one over the last before it
 * writes a packet, which hides a clock that steps back. What it compares is given a mere count here, and the source's time
 * is written beside it, so far up that it is over every count and no time is negative.
 */
const offset = 2 ** 50
/** Written for a packet that has no time at all. */
const noTime = 2 ** 49

const raised = (time: string, instead: string) =>
  `setts=dts=N:pts=if(eq(${time}\\,NOPTS)\\,${instead}\\,${time}+${offset})`

/** Bitstream filter for decoded pictures and sound: their presentation time. */
export const shownTime = raised('PTS', String(noTime))
/** For untouched packets: their decode time, which goes on evenly where pictures are reordered. */
export const sentTime = raised('DTS', `if(eq(PTS\\,NOPTS)\\,${noTime}\\,PTS+${offset})`)

/** The source's time of what these filters wrote, in the same ticks; null where it had none. Others are left alone. */
export function sourceTicks(written: number): number | null {
  if (written < noTime) return written
  return written < noTime + noTime / 2 ? null : written - offset
}

/** Length of a picture in ticks; 40 ms where the source does not say it. */
const picture = 'if(gt(DURATION\\,0)\\,DURATION\\,0.04/TB)'
/** ffmpeg tells reordered pictures (B-frames) by a first decode time before zero. */
const reordered = 'gt(eq(DTS\\,NOPTS)+lt(DTS\\,0)\\,0)'
const decoded = 'if(eq(DTS\\,NOPTS)\\,if(eq(PTS\\,NOPTS)\\,0\\,PTS)\\,DTS)'
/** How many pictures earlier than ffmpeg says. */
const lead = (inOrder: number, outOfOrder: number) =>
  `if(eq(N\\,0)*eq(PTS\\,NOPTS)\\,st(0\\,${outOfOrder}*${reordered}*${picture})+${inOrder}*not(${reordered})*${picture}\\,ld(0))`

/**
 * Bitstream filter for the recording. Over RTSP ffmpeg loses the presentation time of the first packet, and guesses the
 * decode times of the first few from that; MP4 cannot hold what comes out. The first picture is set so far ahead that the
 * ones shown after it, which come out of order, have room: one picture, or two where pictures are reordered. Decode times
 * are set four pictures ahead there, and stay so, so that they go on rising.
 */
export const recordedTime = `setts=pts=if(eq(PTS\\,NOPTS)\\,${decoded}-${lead(1, 2)}\\,PTS):dts=max(${decoded}-${lead(1, 4)}\\,PREV_OUTDTS+1)`
