import { describe, expect, it } from 'vitest'
import { decodeProblem, decodeSchema } from '../../../src/bundle/decode-schema.ts'
import { pictureArea } from '../../../src/core/frame.ts'
import { createDetectionDecoder } from '../../../src/detect/decode-detections.ts'
import { createTracker } from '../../../src/track/tracker.ts'

const input = { name: 'in', widthPx: 200, heightPx: 200 }
const labels = [{ name: 'person', threshold: 0.3, background: false }]
const decoderOf = (decode: object, activation: 'none' | 'sigmoid' = 'none') =>
  createDetectionDecoder({
    name: 'people',
    input,
    labels,
    output: { name: 'out', activation },
    decode: decodeSchema.parse({ shape: [2, 56], ...decode }),
  })
const area = pictureArea({ widthPx: 200, heightPx: 200, pictureAspect: 2 }, 'letterbox-centre')

/** One person in the rows of MoveNet: keypoint n at (0.4 + n / 100, 0.5), a box from (0.3, 0.4) to (0.6, 0.9). */
function movenet(score: number): Float32Array {
  const values = new Float32Array(2 * 56)
  for (let n = 0; n < 17; n += 1) values.set([0.5, 0.4 + n / 100, 0.7], n * 3)
  values.set([0.4, 0.3, 0.9, 0.6, score], 51)
  return values
}
const near = (value: number) => expect.closeTo(value, 3)

describe('detectors that find the bodies of people', () => {
  it('reads boxes and keypoints of MoveNet multipose in the pixels of the picture', () => {
    const [person, ...others] = decoderOf({ head: 'movenet' })(movenet(0.5), area)
    expect(others).toEqual([])
    // The picture is 200 × 100 in the middle of the square: 50 px of grey above it.
    expect(person).toMatchObject({
      label: 'person',
      score: near(0.5),
      box: { xPx: near(60), yPx: near(30), widthPx: near(60), heightPx: near(100) },
    })
    expect(person!.keypoints).toHaveLength(17)
    expect(person!.keypoints![2]).toEqual({ xPx: near(84), yPx: near(50), score: near(0.7) })
  })

  it('reads them of YOLO pose, whichever axis comes first', () => {
    const values = new Float32Array(2 * 56)
    values.set([100, 100, 40, 80, 0])
    for (let n = 0; n < 17; n += 1) values.set([100 + n, 90, 2], 5 + n * 3)
    const wanted = {
      box: { xPx: 80, yPx: 10, widthPx: 40, heightPx: 80 },
      score: 0.5,
    }
    const decode = { head: 'yolo-pose', fit: 'letterbox-centre', leastScore: 0.5 }
    const rows = decoderOf(decode, 'sigmoid')(values, area)
    expect(rows[0]).toMatchObject(wanted)
    expect(rows[0]!.keypoints![16]).toEqual({ xPx: 116, yPx: 40, score: near(0.881) })
    const turned = Float32Array.from(values, (_, at) => values[(at % 2) * 56 + Math.floor(at / 2)]!)
    const columns = decoderOf({ ...decode, axes: 'columns', shape: [56, 2] }, 'sigmoid')(turned, area)
    expect(columns).toEqual(rows)
  })

  it('leaves out who is under the least score, and never passes a number that is none', () => {
    const decode = decoderOf({ head: 'movenet' })
    expect(decode(movenet(0.05), area)).toEqual([])
    expect(decode(movenet(Number.NaN), area)).toEqual([])
    const odd = movenet(0.5)
    odd[1] = Number.NaN
    odd[5] = 7
    const [person] = decode(odd, area)
    expect(person!.keypoints![0]).toEqual({ xPx: 0, yPx: 0, score: 0 })
    expect(person!.keypoints![1]!.score).toBe(1)
  })

  it.each([
    [{ head: 'movenet', shape: [6, 56] }, 1, null],
    [{ head: 'movenet', shape: [6, 57] }, 1, /gives \[people, 56\]/],
    [{ head: 'yolo-pose', shape: [56, 8400], axes: 'columns' }, 1, null],
    [{ head: 'yolo-pose', shape: [6, 56] }, 80, /finds people only/],
  ])('judges %j with %i labels', (decode, count, problem) => {
    const said = decodeProblem(decodeSchema.parse(decode), { ...input, labels: count })
    if (problem === null) expect(said).toBeNull()
    else expect(said).toMatch(problem)
  })

  it('hands the keypoints on to the track, in the frame in which it is seen', () => {
    const tracker = createTracker({ idPrefix: '', highScore: 0.3 })
    const seen = decoderOf({ head: 'movenet' })(movenet(0.5), area)
    const picture = { widthPx: 200, heightPx: 100 }
    tracker.update(seen, 0, picture)
    expect(tracker.update(seen, 200_000, picture)).toMatchObject([{ keypoints: seen[0]!.keypoints }])
    const [lost] = tracker.update([], 400_000, picture)
    expect(lost).toMatchObject({ state: 'lost' })
    expect(lost).not.toHaveProperty('keypoints')
  })
})
