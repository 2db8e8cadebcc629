import { expect, it } from 'vitest'
import { planExport } from '../../../../pipelines/footage/export-arguments.ts'

const at = Date.parse('2026-05-02T10:00:00.500Z')
const files = [
  { path: '/a.mp4', startedMs: at, durationMs: 10_000 },
  { path: "/it's.mp4", startedMs: at + 10_000, durationMs: 5000 },
  // A gap of half a minute.
  { path: '/c.mp4', startedMs: at + 45_000, durationMs: 10_000 },
]
const span = { fromMs: at + 8000, toMs: at + 47_000 }

it('cuts the first and the last file, and names the files as the list wants it', () => {
  const { list, lengthMs, subtitles, filters } = planExport(files, { ...span, time: 'none' })
  expect(list.trim().split('\n')).toEqual([
    'ffconcat version 1.0',
    "file '/a.mp4'",
    'inpoint 8.000',
    'duration 2.000',
    "file '/it'\\''s.mp4'",
    'duration 5.000',
    "file '/c.mp4'",
    'outpoint 2.000',
    'duration 2.000',
  ])
  expect([lengthMs, subtitles, filters]).toEqual([9000, null, []])
})

it('says for every second which time of day it shows, over gaps', () => {
  const { subtitles } = planExport(files, { ...span, time: 'subtitles' })
  const entries = subtitles!.trim().split('\n\n')
  expect(entries[0]).toBe('1\n00:00:00,000 --> 00:00:00,500\n2026-05-02 10:00:08 UTC')
  expect(entries.at(-1)).toBe('12\n00:00:08,500 --> 00:00:09,000\n2026-05-02 10:00:47 UTC')
  expect(subtitles).toContain('00:00:07,000 --> 00:00:07,500\n2026-05-02 10:00:45 UTC')
})

it('draws one clock for what is recorded without a gap', () => {
  const { filters } = planExport(files, { ...span, time: 'burned' })
  expect(filters).toHaveLength(2)
  expect(filters[0]).toContain(`gmtime\\:${Math.round((at + 8000) / 1000)}\\:`)
  expect(filters[0]).toContain("enable='between(t,0.000,7.000)'")
  expect(filters[1]).toContain("enable='between(t,7.000,9.000)'")
})

it('has nothing where nothing is recorded', () => {
  expect(planExport([], { ...span, time: 'burned' })).toMatchObject({ lengthMs: 0, filters: [] })
})
