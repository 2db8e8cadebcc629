import { readFile } from 'node:fs/promises'
import { type ClipEnding, clipEndings } from '../../src/core/recorded-clip.ts'
import type { AlertEvidence } from '../../src/http/footage/footage-port.ts'
import { decodeScores } from '../../src/record/clip/score-file.ts'
import { decodeBodies } from '../../src/skeleton/body-file.ts'

/** What lies beside a clip, as a page shows it. */
export async function readEvidence(clipPath: string): Promise<AlertEvidence> {
  const beside = (ending: ClipEnding) => readFile(clipPath.replace(/\.mp4$/, ending), 'utf8').catch(() => '')
  const [scores, bodies] = await Promise.all([beside(clipEndings.scores), beside(clipEndings.bodies)])
  const kept = decodeScores(scores)
  return {
    scores: kept && { onThreshold: kept.onThreshold, offThreshold: kept.offThreshold, lines: kept.lines },
    boxes: boxesOf(bodies),
  }
}

function boxesOf(text: string): AlertEvidence['boxes'] {
  const file = decodeBodies(text)
  if (!file) return []
  const { widthPx, heightPx } = file.picture
  const share = (value: number, of: number) =>
    Math.round(Math.min(1, Math.max(0, value / of)) * 10_000) / 10_000
  return file.tracks.flatMap(({ id, readings }) =>
    readings.map(({ ptsUs, untilUs, box }) => ({
      id,
      fromMs: Math.round(ptsUs / 1000),
      toMs: Math.round(untilUs / 1000),
      x: share(box.xPx, widthPx),
      y: share(box.yPx, heightPx),
      width: share(box.widthPx, widthPx),
      height: share(box.heightPx, heightPx),
    })),
  )
}
