import { expect, it } from 'vitest'
import { correctedClips, countCorrected } from '../../../../src/train/evaluate/corrected-clips.ts'

const labels = ['falling', 'walking']
const says = (id: string, truth: number, label: number) => ({
  id,
  group: 'gate',
  truth,
  probabilities: Float32Array.from(labels, (_, n) => (n === label ? 0.9 : 0.1)),
})
const corrections = [
  { id: 'a', side: 'train', said: 'falling' },
  { id: 'b', side: 'test', said: null },
] as const

it('says of each corrected clip what it was and what it is, and leaves the others out', () => {
  const clips = correctedClips({
    labels,
    corrections,
    challenger: [says('a', 1, 1), says('b', 0, 1), says('c', 0, 0)],
    champion: [says('a', 1, 0), says('b', 0, 0), says('c', 0, 0)],
  })
  expect(clips).toMatchObject([
    {
      id: 'a',
      said: 'falling',
      truth: 'walking',
      before: 'falling',
      wasRight: false,
      now: 'walking',
      right: true,
    },
    {
      id: 'b',
      said: null,
      truth: 'falling',
      before: 'falling',
      wasRight: true,
      now: 'walking',
      right: false,
    },
  ])
  expect(countCorrected(clips)).toEqual({ clips: 2, rightBefore: 1, rightNow: 1 })
})

it('knows of no earlier word where there was no live version', () => {
  const [clip] = correctedClips({ labels, corrections, challenger: [says('a', 1, 1)], champion: null })
  expect(clip).toMatchObject({ before: null, wasRight: false, right: true })
})
